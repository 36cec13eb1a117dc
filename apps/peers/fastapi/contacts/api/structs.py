"""What clients get, as msgspec's structs, under the names that `schemas` has for pydantic's models."""

from msgspec import Struct
from peers.core.python.shown_structs import (
    Balance,
    Contact,
    ContactPage,
    Item,
    Items,
    PointsStats,
    Primes,
    Stats,
)
from peers.core.python.shown_structs import Transferred as TransferOut

__all__ = [
    "Aggregate",
    "Balance",
    "BulkOut",
    "Contact",
    "ContactPage",
    "Echo",
    "Group",
    "Item",
    "Items",
    "PointsStats",
    "Primes",
    "Stats",
    "TransferOut",
]


class Echo(Struct):
    """What the echo gives back."""

    name: str
    code: str
    quantity: int
    tags: list[str]


class BulkOut(Struct):
    """What a bulk write made."""

    created: int
    ids: list[int]


class Group(Struct):
    """One group of contacts."""

    key: str
    contacts: int
    points: int


class Aggregate(Struct):
    """The largest groups of contacts."""

    group_by: str
    results: list[Group]
