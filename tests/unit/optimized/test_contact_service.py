"""The writes: cached reads end with a commit and never without one, and refusals name their field."""

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from typing import Any

import pytest
from contract.errors import InvalidError, NotFoundError, UnavailableError
from optimized.contacts.application.services import ContactService, CustomerIdTakenError


class Rows:
    """A repository in memory, and the unit of work over it: a transaction that fails leaves the rows as they were."""

    def __init__(self) -> None:
        self.rows: dict[int, dict[str, Any]] = {}
        self.events: list[str] = []
        # Whether the session dies at its COMMIT.
        self.unsure = False
        self._waiting: list[Callable[[], None]] = []

    @contextmanager
    def atomic(self) -> Iterator[None]:
        before = {contact_id: dict(row) for contact_id, row in self.rows.items()}
        self._waiting = []
        try:
            yield
        except BaseException:
            self.rows = before
            self.events.append("rollback")
            raise
        if self.unsure:
            raise UnavailableError("The database cannot be reached for now.")
        self.events.append("commit")
        for action in self._waiting:
            action()

    def after_commit(self, action: Callable[[], None]) -> None:
        self._waiting.append(action)

    def lock(self, contact_id: int) -> dict[str, Any]:
        if contact_id not in self.rows:
            raise NotFoundError("There is no such contact.")
        return self.rows[contact_id]

    def add(self, contacts: Sequence[dict[str, Any]]) -> list[int]:
        ids = []
        for contact in contacts:
            if self.taken([contact["customer_id"]]):
                raise CustomerIdTakenError
            contact_id = len(self.rows) + 1
            self.rows[contact_id] = dict(contact)
            ids.append(contact_id)
        return ids

    def change(self, stored: dict[str, Any], values: dict[str, Any]) -> None:
        if "customer_id" in values and self.taken([values["customer_id"]]):
            raise CustomerIdTakenError
        stored.update(values)

    def remove(self, stored: dict[str, Any]) -> None:
        self.rows = {contact_id: row for contact_id, row in self.rows.items() if row is not stored}

    def has_address(self, stored: dict[str, Any]) -> bool:
        return stored.get("address") is not None

    def taken(self, customer_ids: Sequence[str]) -> set[str]:
        return {row["customer_id"] for row in self.rows.values()} & set(customer_ids)

    def lock_points(self, contact_ids: Set[int]) -> dict[int, int]:
        return {contact_id: self.rows[contact_id]["points"] for contact_id in contact_ids & set(self.rows)}

    def set_points(self, points: dict[int, int]) -> None:
        for contact_id, balance in points.items():
            self.rows[contact_id]["points"] = balance


@pytest.fixture
def rows() -> Rows:
    made = Rows()
    made.rows = {1: {"customer_id": "A", "points": 10}, 2: {"customer_id": "B", "points": 0}}
    return made


@pytest.fixture
def service(rows: Rows) -> ContactService:
    return ContactService(rows, rows, lambda: rows.events.append("invalidated"))


WRITES: list[Callable[[ContactService], object]] = [
    lambda service: service.create({"customer_id": "C"}),
    lambda service: service.create_bulk([{"customer_id": "C"}, {"customer_id": "D"}]),
    lambda service: service.replace(1, {"customer_id": "C"}),
    lambda service: service.change(1, {"first_name": "x"}),
    lambda service: service.remove(1),
    lambda service: service.transfer(1, 2, 3),
]

REFUSED: list[tuple[Callable[[ContactService], object], dict[str, Any]]] = [
    (lambda service: service.create({"customer_id": "A"}), {"customer_id": ...}),
    (lambda service: service.create_bulk([{"customer_id": "C"}, {"customer_id": "A"}]), {"contacts": {"1": ...}}),
    (lambda service: service.replace(1, {"customer_id": "B"}), {"customer_id": ...}),
    (lambda service: service.change(1, {"customer_id": "B"}), {"customer_id": ...}),
    (lambda service: service.change(1, {"address": {"street": "x"}}), {"address": ...}),
    (lambda service: service.transfer(1, 2, 11), {"points": ...}),
    (lambda service: service.transfer(1, 3, 1), {"to": ...}),
]


@pytest.mark.parametrize("write", WRITES)
def test_cached_reads_end_once_a_write_has_committed(
    rows: Rows, service: ContactService, write: Callable[[ContactService], object]
) -> None:
    write(service)
    assert rows.events == ["commit", "invalidated"]


@pytest.mark.parametrize("write", WRITES)
def test_a_commit_that_nobody_answers_may_have_been_done(
    rows: Rows, service: ContactService, write: Callable[[ContactService], object]
) -> None:
    rows.unsure = True
    with pytest.raises(UnavailableError):
        write(service)
    assert rows.events == ["invalidated"]


def test_a_statement_that_nobody_answers_has_done_nothing(rows: Rows, service: ContactService) -> None:
    def dies(contacts: Sequence[dict[str, Any]]) -> list[int]:
        raise UnavailableError("The database cannot be reached for now.")

    rows.add = dies  # type: ignore[method-assign]
    with pytest.raises(UnavailableError):
        service.create({"customer_id": "C"})
    assert rows.events == ["rollback"]


@pytest.mark.parametrize(("write", "errors"), REFUSED)
def test_a_refused_write_changes_nothing_and_names_its_field(
    rows: Rows, service: ContactService, write: Callable[[ContactService], object], errors: dict[str, Any]
) -> None:
    before = {contact_id: dict(row) for contact_id, row in rows.rows.items()}
    with pytest.raises(InvalidError) as refused:
        write(service)
    assert list(refused.value.body) == list(errors)
    if "contacts" in errors:
        assert list(refused.value.body["contacts"]) == list(errors["contacts"])
    assert rows.rows == before
    assert rows.events == ["rollback"]


def test_a_bulk_that_repeats_itself_is_refused_before_the_database_is_asked(
    rows: Rows, service: ContactService
) -> None:
    with pytest.raises(InvalidError) as refused:
        service.create_bulk([{"customer_id": "C"}, {"customer_id": "D"}, {"customer_id": "C"}])
    assert list(refused.value.body["contacts"]) == ["2"]
    assert rows.events == []


def test_a_replacement_removes_what_it_does_not_name(rows: Rows, service: ContactService) -> None:
    rows.rows[1] |= {"address": {"city": "x"}, "relationship": {"points": 1}}
    service.replace(1, {"first_name": "x", "relationship": {"points": 2}})
    assert (rows.rows[1]["address"], rows.rows[1]["relationship"]) == (None, {"points": 2})


@pytest.mark.parametrize("write", [lambda s: s.replace(9, {}), lambda s: s.change(9, {}), lambda s: s.remove(9)])
def test_who_is_not_there_is_not_found(
    rows: Rows, service: ContactService, write: Callable[[ContactService], object]
) -> None:
    with pytest.raises(NotFoundError):
        write(service)
    assert rows.events == ["rollback"]
