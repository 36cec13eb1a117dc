"""What clients get, as msgspec's structs, in the contract's order of keys."""

from datetime import date, datetime
from typing import Any

import msgspec

from .models import AppUser


class Address(msgspec.Struct):
    """An address as it is stored."""

    id: int
    street: str
    street_number: str
    city: str
    city_code: str
    country: str


class Relationship(msgspec.Struct):
    """A relationship as it is stored."""

    id: int
    points: int
    created: datetime
    last_activity: datetime


class Contact(msgspec.Struct):
    """A contact as it is stored."""

    id: int
    first_name: str
    last_name: str
    gender: str
    customer_id: str
    phone_number: str
    birthday: date
    created: datetime
    last_updated: datetime
    address: Address | None
    relationship: Relationship | None


class ContactPage(msgspec.Struct):
    """A page of contacts."""

    count: int
    next: str | None
    previous: str | None
    results: list[Contact]


class PointsStats(msgspec.Struct):
    """The points of all relationships."""

    total: int
    min: int | None
    max: int | None


class Stats(msgspec.Struct):
    """How many contacts there are."""

    contacts: int
    with_address: int
    with_relationship: int
    points: PointsStats


class Balance(msgspec.Struct):
    """A contact's points."""

    id: int
    points: int


class TransferOut(msgspec.Struct, rename={"sender": "from", "receiver": "to"}):
    """Both balances after a transfer."""

    sender: Balance
    receiver: Balance


class Tokens(msgspec.Struct):
    """A pair of tokens."""

    access: str
    refresh: str


class Me(msgspec.Struct):
    """Who a token speaks for."""

    username: str


class Item(msgspec.Struct):
    """One item of the fixed JSON."""

    id: int
    name: str
    price: int
    available: bool


class Items(msgspec.Struct):
    """The fixed JSON."""

    items: list[Item]


class Primes(msgspec.Struct):
    """How many primes there are up to `n`."""

    n: int
    primes: int


def contact_of(user: AppUser) -> Contact:
    """A contact, of a model that came with its address and its relationship."""
    address, relationship = user.address, getattr(user, "relationship", None)
    return Contact(
        user.pk,
        user.first_name,
        user.last_name,
        user.gender,
        user.customer_id,
        user.phone_number,
        user.birthday,
        user.created,
        user.last_updated,
        None if address is None else _address(address),
        None if relationship is None else _relationship(relationship),
    )


def _address(of: Any) -> Address:
    return Address(of.pk, of.street, of.street_number, of.city, of.city_code, of.country)


def _relationship(of: Any) -> Relationship:
    return Relationship(of.pk, of.points, of.created, of.last_activity)
