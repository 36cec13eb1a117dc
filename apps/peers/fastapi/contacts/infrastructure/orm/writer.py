"""The writes of the `sqlalchemy` arm: each is one transaction of its session."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from contract.document import MAX_ID, MESSAGES
from contract.errors import InvalidError, NotFoundError
from contract.rules import all_free, now, transferred, whole_address
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from .engine import transaction
from .models import Address, AppUser, CustomerRelationship

Values = Mapping[str, Any]
NESTED = ("address", "relationship")


@contextmanager
def _free_customer_id() -> Iterator[None]:
    # The customer id is the only unique value that a client chooses.
    try:
        yield
    except IntegrityError:
        raise InvalidError({"customer_id": [MESSAGES["customer_id_taken"]]}) from None


def _made(values: Values) -> AppUser:
    address, relationship = values["address"], values["relationship"]
    return AppUser(
        **{name: value for name, value in values.items() if name not in NESTED},
        address=None if address is None else Address(**address),
        relationship=None if relationship is None else CustomerRelationship(**relationship),
    )


async def create(session: AsyncSession, values: Values) -> AppUser:
    """Add a contact. Raises `InvalidError`."""
    contact = _made(values)
    with _free_customer_id():
        async with transaction(session):
            session.add(contact)
    return contact


async def create_bulk(session: AsyncSession, contacts: Sequence[Values]) -> list[int]:
    """Add contacts, all or none; their ids in the same order. Raises `InvalidError` naming the places."""
    all_free(contacts, set())
    made = [_made(values) for values in contacts]
    try:
        async with transaction(session):
            session.add_all(made)
    except IntegrityError:
        given = [values["customer_id"] for values in contacts if "customer_id" in values]
        all_free(
            contacts, set(await session.scalars(select(AppUser.customer_id).where(AppUser.customer_id.in_(given))))
        )
        raise InvalidError({"contacts": [MESSAGES["customer_id_taken"]]}) from None
    return [contact.id for contact in made]


async def replace(session: AsyncSession, contact_id: int, values: Values) -> AppUser:
    """Give a contact new values, and remove a nested object that is absent.

    Raises `InvalidError` and `NotFoundError`.
    """
    return await change(session, contact_id, {"address": None, "relationship": None, **values})


async def change(session: AsyncSession, contact_id: int, values: Values) -> AppUser:
    """Change only what `values` names. Raises `InvalidError` and `NotFoundError`."""
    with _free_customer_id():
        async with transaction(session):
            contact = await _locked(session, contact_id)
            for name, value in values.items():
                if name not in NESTED:
                    setattr(contact, name, value)
            contact.last_updated = now()
            if "relationship" in values:
                _set_relationship(contact, values["relationship"])
            if "address" in values:
                await _set_address(session, contact, values["address"])
    return contact


async def remove(session: AsyncSession, contact_id: int) -> None:
    """Remove a contact with its relationship and its address. Raises `NotFoundError`."""
    async with transaction(session):
        contact = await _locked(session, contact_id)
        address = contact.address
        await session.delete(contact)
        if address is not None:
            await _remove_address(session, address)


async def transfer(session: AsyncSession, sender: int, receiver: int, amount: int) -> tuple[int, int]:
    """Move points; both balances after it. Raises `InvalidError` naming `from`, `to` or `points`."""
    async with transaction(session):
        found = await session.scalars(
            select(CustomerRelationship)
            .where(CustomerRelationship.appuser_id.in_([sender, receiver]))
            .order_by(CustomerRelationship.appuser_id)
            .with_for_update()
        )
        locked = {relationship.appuser_id: relationship for relationship in found}
        balances = transferred({of: one.points for of, one in locked.items()}, sender, receiver, amount)
        locked[sender].points, locked[receiver].points = balances
    return balances


async def _locked(session: AsyncSession, contact_id: int) -> AppUser:
    # The nested rows come by statements of their own, after the lock, so that they are not older than it.
    eager = selectinload(AppUser.address), selectinload(AppUser.relationship)
    found = select(AppUser).where(AppUser.id == contact_id).options(*eager).with_for_update(of=AppUser)
    contact = await session.scalar(found) if contact_id <= MAX_ID else None
    if contact is None:
        raise NotFoundError(MESSAGES["no_contact"])
    return contact


def _set_relationship(contact: AppUser, values: Values | None) -> None:
    if values is None:
        contact.relationship = None
    elif contact.relationship is None:
        contact.relationship = CustomerRelationship(**values)
    else:
        # Only what differs is written: a transfer may move points meanwhile.
        for name, value in values.items():
            setattr(contact.relationship, name, value)


async def _set_address(session: AsyncSession, contact: AppUser, values: Values | None) -> None:
    address = contact.address
    if values is None:
        contact.address = None
        if address is not None:
            await _remove_address(session, address)
    elif address is None:
        whole_address(values)
        contact.address = Address(**values)
    else:
        for name, value in values.items():
            setattr(address, name, value)


async def _remove_address(session: AsyncSession, address: Address) -> None:
    await session.flush()
    # Whoever else lives there goes on without an address.
    others = update(AppUser).where(AppUser.address_id == address.id).values(address_id=None)
    await session.execute(others.execution_options(synchronize_session=False))
    await session.execute(delete(Address).where(Address.id == address.id))
