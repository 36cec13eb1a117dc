"""Reads and writes as steps: what they ask of the database, and what they make of its rows."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pytest
from contract.document import MAX_ID
from contract.errors import InvalidError, NotFoundError
from peers.core.python import writes
from peers.core.python.reads import Reads
from peers.core.python.statements import DETAIL, Statement
from peers.core.python.steps import Result, Steps

Answer = Callable[[Statement], Sequence[Any]]
READS = Reads("trigram")
ROW = (1, *("x",) * 18)
ADDRESS = {"street": "a", "street_number": "1", "city": "b", "city_code": "2", "country": "c"}
OWN: dict[str, Any] = {
    "first_name": "a",
    "last_name": "b",
    "gender": "F",
    "phone_number": "123",
    "birthday": date(2000, 1, 1),
}


def run(steps: Steps[Result], answer: Answer) -> tuple[Result, list[Statement]]:
    """The result of steps on a database that answers so, and what it was asked."""
    asked: list[Statement] = []
    try:
        statement = next(steps)
        while True:
            asked.append(statement)
            statement = steps.send(answer(statement))
    except StopIteration as done:
        return done.value, asked


def always(rows: Sequence[Any]) -> Answer:
    """A database that answers everything with these rows."""
    return lambda statement: rows


def stored(statement: Statement) -> Sequence[Any]:
    """A database with a contact that has an address and a relationship."""
    if statement.sql == DETAIL:
        return [ROW]
    return [(7,)] if "SELECT" in statement.sql or "RETURNING" in statement.sql else []


def test_a_contact_is_one_statement() -> None:
    assert run(READS.contact(1), always([ROW])) == (ROW, [Statement(DETAIL, (1,), recurs=True)])


def test_a_contact_that_is_not_there_is_not_found_and_one_that_cannot_be_is_not_asked_for() -> None:
    with pytest.raises(NotFoundError):
        run(READS.contact(1), always([]))
    with pytest.raises(NotFoundError):
        next(READS.contact(MAX_ID + 1))


def test_a_page_is_counted_and_read() -> None:
    page, asked = run(READS.page({"page_size": "1"}), lambda each: [(3,)] if "COUNT" in each.sql else [ROW])
    assert (page.count, page.next, page.previous, list(page.contacts)) == (3, "page=2", None, [ROW])
    assert ["COUNT" in statement.sql for statement in asked] == [True, False]


def test_of_a_page_past_the_end_no_rows_are_read() -> None:
    steps = READS.page({"page": "2"})
    next(steps)
    with pytest.raises(NotFoundError):
        steps.send([(3,)])


def test_bad_parameters_are_refused_before_the_database_is_asked() -> None:
    with pytest.raises(InvalidError):
        READS.page({"cursor": "x"})


def test_a_new_contact_is_written_with_what_it_has() -> None:
    whole = OWN | {"address": ADDRESS, "relationship": {"points": 5}}
    row, asked = run(writes.create(whole), stored)
    assert row == ROW
    assert [each.sql.partition(" (")[0] for each in asked[:3]] == [
        "INSERT INTO address",
        "INSERT INTO app_user",
        "INSERT INTO customer_relationship",
    ]
    _, bare = run(writes.create(OWN | {"address": None, "relationship": None}), stored)
    assert len(bare) == 2


def test_a_change_locks_first_and_writes_only_what_was_named() -> None:
    _, asked = run(writes.change(1, {"first_name": "z", "relationship": {}}), stored)
    assert asked[0].sql.endswith("FOR UPDATE")
    assert asked[1].sql.startswith("UPDATE app_user SET first_name = $2, last_updated = $3 WHERE id = $1")
    assert asked[2].sql.startswith("UPDATE customer_relationship SET appuser_id = $2")
    assert not any(each.sql.startswith("INSERT") for each in asked)


def test_a_relationship_that_is_not_there_is_made() -> None:
    def without(statement: Statement) -> Sequence[Any]:
        return [] if statement.sql.startswith("UPDATE customer_relationship") else stored(statement)

    _, asked = run(writes.change(1, {"relationship": {"points": 5}}), without)
    assert any(each.sql == writes.INSERT_RELATIONSHIP for each in asked)


def test_an_address_in_part_wants_one_that_is_there() -> None:
    def lives_nowhere(statement: Statement) -> Sequence[Any]:
        return [(None,)] if statement.sql == writes.LOCK else stored(statement)

    with pytest.raises(InvalidError):
        run(writes.change(1, {"address": {"city": "x"}}), lives_nowhere)
    _, asked = run(writes.change(1, {"address": None}), stored)
    assert asked[-2].sql.startswith("DELETE FROM address")


def test_a_removal_takes_all_along() -> None:
    _, asked = run(writes.remove(1), stored)
    assert [each.sql.split()[0] for each in asked] == ["SELECT", "DELETE", "DELETE", "UPDATE", "DELETE"]
    with pytest.raises(NotFoundError):
        run(writes.remove(1), always([]))


def test_points_move_between_locked_rows() -> None:
    balances, asked = run(writes.transfer(2, 1, 5), lambda each: [(1, 10), (2, 20)] if "SELECT" in each.sql else [])
    assert balances == (15, 15)
    assert "ORDER BY appuser_id FOR UPDATE" in asked[0].sql
    assert asked[1].arguments == (2, 1, 15, 15)
    with pytest.raises(InvalidError):
        run(writes.transfer(2, 1, 50), always([(1, 10), (2, 20)]))
