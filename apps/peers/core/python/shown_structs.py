"""What clients get, as msgspec structs; what they send is `sent_structs`."""

from datetime import date, datetime
from typing import Literal

from msgspec import Struct, field

from .rows import Row


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

    @classmethod
    def of(cls, row: Row) -> "Contact":
        """The contact of a row of all fields."""
        values = tuple(row)
        address = None if values[9] is None else Address(*values[9:15])
        relationship = None if values[15] is None else Relationship(*values[15:19])
        return cls(*(*values[:9], address, relationship))


class ContactPage(Struct):
    """A page of contacts."""

    count: int | None
    next: str | None
    previous: str | None
    results: list[Contact]


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

    @classmethod
    def of(cls, row: Row) -> "Stats":
        """The sums of a row of `statements.STATS`."""
        contacts, with_address, with_relationship, *points = row
        return cls(contacts, with_address, with_relationship, PointsStats(*points))


class Balance(Struct):
    """A contact's points."""

    id: int
    points: int


class Transferred(Struct):
    """Both balances after a transfer."""

    sender: Balance = field(name="from")
    receiver: Balance = field(name="to")


class TokenPair(Struct):
    """A pair of tokens."""

    access: str
    refresh: str


class Me(Struct):
    """Who a token speaks for."""

    username: str


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
