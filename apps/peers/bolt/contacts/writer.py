"""Writes by Django's ORM, each a transaction on one of Bolt's threads: Django's transactions cannot be awaited."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from contract.document import MAX_ID, MESSAGES
from contract.errors import InvalidError, NotFoundError
from contract.rules import transferred, whole_address
from django.db import IntegrityError, transaction

from .models import Address, AppUser, CustomerRelationship
from .outages import refused
from .structs import Contact, contact_of

NESTED = ("address", "relationship")
Values = Mapping[str, Any]


@contextmanager
def _transaction() -> Iterator[None]:
    # The customer id is the only unique value that a client chooses.
    try:
        with refused(), transaction.atomic():
            yield
    except IntegrityError:
        raise InvalidError({"customer_id": [MESSAGES["customer_id_taken"]]}) from None


def create(values: Values) -> Contact:
    """Add a contact. Raises `InvalidError`."""
    address, relationship = values["address"], values["relationship"]
    own = {name: value for name, value in values.items() if name not in NESTED}
    with _transaction():
        lives = None if address is None else Address.objects.create(**address)
        contact = AppUser.objects.create(address=lives, **own)
        if relationship is not None:
            CustomerRelationship.objects.create(appuser=contact, **relationship)
        return contact_of(contact)


def change(contact_id: int, values: Values) -> Contact:
    """Change only what `values` names. Raises `InvalidError` and `NotFoundError`."""
    with _transaction():
        contact = _locked(contact_id)
        removed = None
        if "relationship" in values:
            _set_relationship(contact, values["relationship"])
        if "address" in values:
            removed = _set_address(contact, values["address"])
        for name, value in values.items():
            if name not in NESTED:
                setattr(contact, name, value)
        contact.save()
        if removed is not None:
            removed.delete()
        # Here, where what is not at hand may still be asked for.
        return contact_of(contact)


def remove(contact_id: int) -> None:
    """Remove a contact with its relationship and its address. Raises `NotFoundError`."""
    with _transaction():
        contact = _locked(contact_id)
        address = contact.address
        contact.delete()
        if address is not None:
            address.delete()


def transfer(sender: int, receiver: int, amount: int) -> tuple[int, int]:
    """Move points; both balances after it. Raises `InvalidError` naming `from`, `to` or `points`."""
    with _transaction():
        ours = CustomerRelationship.objects.select_for_update().filter(appuser_id__in=[sender, receiver])
        locked = {relationship.appuser_id: relationship for relationship in ours.order_by("appuser_id")}
        balances = transferred({of: one.points for of, one in locked.items()}, sender, receiver, amount)
        locked[sender].points, locked[receiver].points = balances
        for relationship in locked.values():
            relationship.save(update_fields=["points"])
    return balances


def _locked(contact_id: int) -> AppUser:
    # The nested rows come by statements of their own, after the lock, so that they are not older than it.
    contact = AppUser.objects.select_for_update().filter(pk=contact_id).first() if contact_id <= MAX_ID else None
    if contact is None:
        raise NotFoundError(MESSAGES["no_contact"])
    return contact


def _set_relationship(contact: AppUser, values: Values | None) -> None:
    relationship = getattr(contact, "relationship", None)
    if values is None:
        if relationship is not None:
            relationship.delete()
            # Lest the contact be answered with what it has no more.
            contact.refresh_from_db()
    elif relationship is None:
        CustomerRelationship.objects.create(appuser=contact, **values)
    else:
        _change(relationship, values)


def _set_address(contact: AppUser, values: Values | None) -> Address | None:
    """Change, make or take away the address; one that is to be removed once nobody lives there."""
    address = contact.address
    if values is None:
        contact.address = None
        return address
    if address is None:
        whole_address(values)
        contact.address = Address.objects.create(**values)
    else:
        _change(address, values)
    return None


def _change(row: Address | CustomerRelationship, values: Values) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    # Only what was named: a transfer may move points meanwhile.
    row.save(update_fields=list(values))
