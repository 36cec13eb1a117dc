"""What clients get, as Ninja's schemas; what they send is `contract.bodies`."""

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import AwareDatetime, Field


class Address(Schema):
    """An address as it is stored."""

    id: int
    street: str
    street_number: str
    city: str
    city_code: str
    country: str


class Relationship(Schema):
    """A relationship as it is stored."""

    id: int
    points: int
    created: AwareDatetime
    last_activity: AwareDatetime


class Contact(Schema):
    """A contact as it is stored."""

    id: int
    first_name: str
    last_name: str
    gender: Literal["M", "F", "O"]
    customer_id: str
    phone_number: str
    birthday: date
    created: AwareDatetime
    last_updated: AwareDatetime
    address: Address | None
    relationship: Relationship | None


class ContactPage(Schema):
    """A page of contacts."""

    count: int | None
    next: str | None
    previous: str | None
    results: list[Contact]


class BulkOut(Schema):
    """What a bulk write made."""

    created: int
    ids: list[int]


class Tokens(Schema):
    """A pair of tokens."""

    access: str
    refresh: str


class Me(Schema):
    """Who a token speaks for."""

    username: str


class Balance(Schema):
    """A contact's points."""

    id: int
    points: int


class TransferOut(Schema):
    """Both balances after a transfer."""

    sender: Balance = Field(alias="from")
    receiver: Balance = Field(alias="to")


class PointsStats(Schema):
    """The points of all relationships."""

    total: int
    min: int | None
    max: int | None


class Stats(Schema):
    """How many contacts there are."""

    contacts: int
    with_address: int
    with_relationship: int
    points: PointsStats


class Group(Schema):
    """One group of contacts."""

    key: str
    contacts: int
    points: int


class Aggregate(Schema):
    """The largest groups of contacts."""

    group_by: str
    results: list[Group]
