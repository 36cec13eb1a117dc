"""Writes by Django's ORM. They are few beside the reads, and its checks are worth their cost."""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any

from contract.document import MAX_ID, MESSAGES
from contract.errors import NotFoundError
from django.db import IntegrityError, transaction

from ..application.services import CustomerIdTakenError
from ..models import Address, AppUser, CustomerRelationship
from .outages import translated

NESTED = ("address", "relationship")


@contextmanager
def _unique_customer_id() -> Iterator[None]:
    # The customer id is the only unique value that a client chooses.
    try:
        yield
    except IntegrityError as error:
        raise CustomerIdTakenError from error


class DjangoUnitOfWork:
    """Transactions of the default database."""

    @contextmanager
    def atomic(self) -> Iterator[None]:
        with translated(), transaction.atomic():
            yield

    def after_commit(self, action: Callable[[], None]) -> None:
        transaction.on_commit(action)


class DjangoRepository:
    """The `Repository` over the three models."""

    def lock(self, contact_id: int) -> AppUser:
        contact = AppUser.objects.select_for_update().filter(pk=min(contact_id, MAX_ID)).first()
        if contact is None:
            raise NotFoundError(MESSAGES["no_contact"])
        return contact

    def has_address(self, stored: AppUser) -> bool:
        return stored.address is not None

    def add(self, contacts: Sequence[dict[str, Any]]) -> list[int]:
        addresses = [Address(**item["address"]) if item.get("address") else None for item in contacts]
        Address.objects.bulk_create([address for address in addresses if address is not None])
        users = [
            AppUser(address=address, **{name: value for name, value in item.items() if name not in NESTED})
            for item, address in zip(contacts, addresses, strict=True)
        ]
        with _unique_customer_id():
            AppUser.objects.bulk_create(users)
        CustomerRelationship.objects.bulk_create(
            CustomerRelationship(appuser=user, **item["relationship"])
            for item, user in zip(contacts, users, strict=True)
            if item.get("relationship") is not None
        )
        return [user.pk for user in users]

    def change(self, stored: AppUser, values: dict[str, Any]) -> None:
        removed: Address | None = None
        if "relationship" in values:
            self._change_relationship(stored, values["relationship"])
        if "address" in values:
            address = values["address"]
            if address is None:
                removed, stored.address = stored.address, None
            elif stored.address is None:
                stored.address = Address.objects.create(**address)
            else:
                _change(stored.address, address)
        for name, value in values.items():
            if name not in NESTED:
                setattr(stored, name, value)
        with _unique_customer_id():
            stored.save()
        if removed is not None:
            removed.delete()

    def remove(self, stored: AppUser) -> None:
        address = stored.address
        stored.delete()
        if address is not None:
            address.delete()

    def taken(self, customer_ids: Sequence[str]) -> set[str]:
        return set(AppUser.objects.filter(customer_id__in=customer_ids).values_list("customer_id", flat=True))

    def lock_points(self, contact_ids: Set[int]) -> dict[int, int]:
        return dict(
            CustomerRelationship.objects.select_for_update()
            .filter(appuser_id__in=contact_ids)
            .order_by("appuser_id")
            .values_list("appuser_id", "points")
        )

    def set_points(self, points: dict[int, int]) -> None:
        for contact_id, balance in points.items():
            CustomerRelationship.objects.filter(appuser_id=contact_id).update(points=balance)

    def _change_relationship(self, stored: AppUser, values: dict[str, Any] | None) -> None:
        present = CustomerRelationship.objects.filter(appuser=stored)
        if values is None:
            present.delete()
        elif (relationship := present.first()) is None:
            CustomerRelationship.objects.create(appuser=stored, **values)
        else:
            _change(relationship, values)


def _change(row: Address | CustomerRelationship, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    # Only what was named: a transfer may move points meanwhile.
    row.save(update_fields=list(values))
