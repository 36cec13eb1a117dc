"""What clients get, as msgspec's structs: the same as `schemas` has it for pydantic."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct


class Echo(Struct):
    """What the echo gives back."""

    name: str
    code: str
    quantity: int
    tags: list[str]


class Address(Struct):
    """An address as it is stored."""

    id: int
    street: str
    street_number: str
    city: str
    city_code: str
    country: str


class Relationship(Struct):
    """A relationship as it is stored."""

    id: int
    points: int
    created: datetime
    last_activity: datetime


class Contact(Struct):
    """A contact as it is stored."""

    id: int
    first_name: str
    last_name: str
    gender: Literal["M", "F", "O"]
    customer_id: str
    phone_number: str
    birthday: date
    created: datetime
    last_updated: datetime
    address: Address | None
    relationship: Relationship | None


class ContactPage(Struct):
    """A page of contacts."""

    count: int | None
    next: str | None
    previous: str | None
    results: list[Contact]


class BulkOut(Struct):
    """What a bulk write made."""

    created: int
    ids: list[int]


class Balance(Struct):
    """A contact's points."""

    id: int
    points: int


class TransferOut(Struct, rename={"sender": "from", "receiver": "to"}):
    """Both balances after a transfer."""

    sender: Balance
    receiver: Balance


class PointsStats(Struct):
    """The points of all relationships."""

    total: int
    min: int | None
    max: int | None


class Stats(Struct):
    """How many contacts there are."""

    contacts: int
    with_address: int
    with_relationship: int
    points: PointsStats


class Group(Struct):
    """One group of contacts."""

    key: str
    contacts: int
    points: int


class Aggregate(Struct):
    """The largest groups of contacts."""

    group_by: str
    results: list[Group]


class Item(Struct):
    """One item of the fixed JSON."""

    id: int
    name: str
    price: int
    available: bool


class Items(Struct):
    """The fixed JSON."""

    items: list[Item]


class Primes(Struct):
    """How many primes there are up to `n`."""

    n: int
    primes: int
