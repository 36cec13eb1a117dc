"""What clients get, as pydantic models; what they send is `contract.bodies`."""

from datetime import date, datetime
from typing import Literal

from contract.bodies import EchoCode, Name, Quantity, Tags
from pydantic import BaseModel, ConfigDict, Field


class Echo(BaseModel):
    """What the echo takes and gives back."""

    name: Name
    code: EchoCode
    quantity: Quantity
    tags: Tags


class Stored(BaseModel):
    """What is read from objects as well as from dicts."""

    model_config = ConfigDict(from_attributes=True)


class Address(Stored):
    """An address as it is stored."""

    id: int
    street: str
    street_number: str
    city: str
    city_code: str
    country: str


class Relationship(Stored):
    """A relationship as it is stored."""

    id: int
    points: int
    created: datetime
    last_activity: datetime


class Contact(Stored):
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


class ContactPage(Stored):
    """A page of contacts."""

    count: int | None
    next: str | None
    previous: str | None
    results: list[Contact]


class BulkOut(BaseModel):
    """What a bulk write made."""

    created: int
    ids: list[int]


class Tokens(BaseModel):
    """A pair of tokens."""

    access: str
    refresh: str


class Me(BaseModel):
    """Who a token speaks for."""

    username: str


class Balance(BaseModel):
    """A contact's points."""

    id: int
    points: int


class TransferOut(BaseModel):
    """Both balances after a transfer."""

    sender: Balance = Field(alias="from")
    receiver: Balance = Field(alias="to")


class PointsStats(BaseModel):
    """The points of all relationships."""

    total: int
    min: int | None
    max: int | None


class Stats(BaseModel):
    """How many contacts there are."""

    contacts: int
    with_address: int
    with_relationship: int
    points: PointsStats


class Group(BaseModel):
    """One group of contacts."""

    key: str
    contacts: int
    points: int


class Aggregate(BaseModel):
    """The largest groups of contacts."""

    group_by: str
    results: list[Group]


class Item(BaseModel):
    """One item of the fixed JSON."""

    id: int
    name: str
    price: int
    available: bool


class Items(BaseModel):
    """The fixed JSON."""

    items: list[Item]


class Primes(BaseModel):
    """How many primes there are up to `n`."""

    n: int
    primes: int
