"""What the application needs from outside, as Protocols."""

from collections.abc import Callable, Sequence, Set
from contextlib import AbstractContextManager
from typing import Any, Protocol

from contract.listing import Criteria
from contract.paging import Plan

# How a contact travels from a reader to the JSON: 19 values in the order of `contract.fields.FIELDS`.
Row = tuple[object, ...]


class Reader(Protocol):
    """Reads contacts as rows."""

    def detail(self, contact_id: int) -> Row | None:
        """One contact, or None."""
        ...

    def by_ids(self, ids: Sequence[int]) -> list[Row]:
        """The contacts with these ids, in the order of `ids`; those that are gone are left out."""
        ...

    def page(self, plan: Plan) -> list[Row]:
        """The rows of the plan's window, in its direction."""
        ...

    def count(self, criteria: Criteria, *, ranked: bool) -> int:
        """How many contacts meet the criteria; where they are `ranked`, how many the ranking holds."""
        ...


class AsyncReader(Protocol):
    """The hot reads of `Reader`, awaited."""

    def check(self, within_s: float) -> None:
        """Ask for an answer of any kind, from another thread. Raises `UnavailableError` or `TimeoutError` for none."""
        ...

    async def detail(self, contact_id: int) -> Row | None:
        """One contact, or None."""
        ...

    async def page(self, plan: Plan) -> list[Row]:
        """The rows of the plan's window, in its direction."""
        ...

    async def count(self, criteria: Criteria, *, ranked: bool) -> int:
        """How many contacts meet the criteria; where they are `ranked`, how many the ranking holds."""
        ...


class Repository(Protocol):
    """Writes contacts. Every method runs within `UnitOfWork.atomic`."""

    def lock(self, contact_id: int) -> Any:
        """The stored contact, locked until the end of the transaction; raises `NotFoundError`."""
        ...

    def add(self, contacts: Sequence[dict[str, Any]]) -> list[int]:
        """Insert complete contacts; their ids in the same order. Raises `CustomerIdTakenError`."""
        ...

    def change(self, stored: Any, values: dict[str, Any]) -> None:
        """Write changed values, complete where an object is new, to a locked contact. Raises `CustomerIdTakenError`."""
        ...

    def remove(self, stored: Any) -> None:
        """Remove a locked contact with its relationship and its address."""
        ...

    def has_address(self, stored: Any) -> bool:
        """Whether the locked contact has an address."""
        ...

    def taken(self, customer_ids: Sequence[str]) -> set[str]:
        """Those of the customer ids that belong to a contact already."""
        ...

    def lock_points(self, contact_ids: Set[int]) -> dict[int, int]:
        """Points by contact id, rows locked in the order of the ids; contacts without a relationship are left out."""
        ...

    def set_points(self, points: dict[int, int]) -> None:
        """Store points by contact id."""
        ...


class UnitOfWork(Protocol):
    """Transactions."""

    def atomic(self) -> AbstractContextManager[object]:
        """A transaction: commits at its end, rolls back on an exception.

        Raises `UnavailableError`; where that comes of its end, it may have committed or not.
        """
        ...

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once the transaction has committed, before its `atomic` returns."""
        ...
