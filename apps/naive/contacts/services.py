"""Writes; each is one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.exceptions import ValidationError

from naive.contacts.models import Address, AppUser, CustomerRelationship

MAX_POINTS = 2**31 - 1
TAKEN = "A contact with this customer id already exists."

Data = dict[str, Any]


@contextmanager
def unique_customer_id() -> Iterator[None]:
    """Run a transaction, and turn the loss of a race for a customer id into a 400."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise ValidationError({"customer_id": [TAKEN]}) from error


def contact_create(data: Data) -> AppUser:
    """Make a contact; `address` and `relationship` are fields of theirs, or None."""
    with unique_customer_id():
        address, relationship = data.pop("address", None), data.pop("relationship", None)
        contact = AppUser.objects.create(address=None if address is None else Address.objects.create(**address), **data)
        if relationship is not None:
            CustomerRelationship.objects.create(appuser=contact, **relationship)
    return contact


def contact_update(contact: AppUser, data: Data) -> AppUser:
    """Change what `data` names; an address or a relationship in place, made, or removed by None."""
    with unique_customer_id():
        if "relationship" in data:
            _relationship_update(contact, data.pop("relationship"))
        removed = None
        if "address" in data:
            address = data.pop("address")
            if address is None:
                removed, contact.address = contact.address, None
            elif contact.address is None:
                contact.address = Address.objects.create(**address)
            else:
                _change(contact.address, address)
        for field, value in data.items():
            setattr(contact, field, value)
        contact.save()
        if removed is not None:
            removed.delete()
    return contact


def contact_delete(contact: AppUser) -> None:
    """Remove a contact with its relationship and its address."""
    with transaction.atomic():
        address = contact.address
        contact.delete()
        if address is not None:
            address.delete()


def contact_create_bulk(items: list[Data]) -> list[AppUser]:
    """Make contacts, all or none, in the order given."""
    try:
        return _create_all(items)
    except IntegrityError as error:
        ids = [item["customer_id"] for item in items if "customer_id" in item]
        taken = set(AppUser.objects.filter(customer_id__in=ids).values_list("customer_id", flat=True))
        errors = {
            str(index): {"customer_id": [TAKEN]} for index, item in enumerate(items) if item.get("customer_id") in taken
        }
        raise ValidationError({"contacts": errors}) from error


@transaction.atomic
def _create_all(items: list[Data]) -> list[AppUser]:
    nested = ("address", "relationship")
    addresses = [None if item.get("address") is None else Address(**item["address"]) for item in items]
    Address.objects.bulk_create([address for address in addresses if address is not None])
    contacts = AppUser.objects.bulk_create(
        AppUser(address=address, **{field: value for field, value in item.items() if field not in nested})
        for item, address in zip(items, addresses, strict=True)
    )
    CustomerRelationship.objects.bulk_create(
        CustomerRelationship(appuser=contact, **item["relationship"])
        for item, contact in zip(items, contacts, strict=True)
        if item.get("relationship") is not None
    )
    return contacts


def points_transfer(sender_id: int, receiver_id: int, points: int) -> Data:
    """Move points between two contacts, with both relationships locked in the order of their ids."""
    if sender_id == receiver_id:
        raise ValidationError({"to": ["Points move between two different contacts."]})
    with transaction.atomic():
        relationships = {
            relationship.appuser_id: relationship
            for relationship in CustomerRelationship.objects.select_for_update()
            .filter(appuser_id__in=[sender_id, receiver_id])
            .order_by("appuser_id")
        }
        for name, contact_id in (("from", sender_id), ("to", receiver_id)):
            if contact_id not in relationships:
                raise ValidationError({name: ["There is no such contact, or it has no relationship."]})
        sender, receiver = relationships[sender_id], relationships[receiver_id]
        if sender.points < points:
            raise ValidationError({"points": ["The sender does not have enough points."]})
        if receiver.points + points > MAX_POINTS:
            raise ValidationError({"points": [f"The receiver would have more than {MAX_POINTS} points."]})
        sender.points -= points
        receiver.points += points
        sender.save(update_fields=["points"])
        receiver.save(update_fields=["points"])
    return {
        "from": {"id": sender_id, "points": sender.points},
        "to": {"id": receiver_id, "points": receiver.points},
    }


def _relationship_update(contact: AppUser, fields: Data | None) -> None:
    relationship = getattr(contact, "relationship", None)
    if fields is None:
        if relationship is not None:
            relationship.delete()
            contact.refresh_from_db()
    elif relationship is None:
        CustomerRelationship.objects.create(appuser=contact, **fields)
    else:
        _change(relationship, fields)


def _change(row: Address | CustomerRelationship, fields: Data) -> None:
    for field, value in fields.items():
        setattr(row, field, value)
    # Only what was named: points may be moved by a transfer meanwhile.
    row.save(update_fields=list(fields))
