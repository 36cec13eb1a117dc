"""The way to Postgres on the loop: a session that dies is nobody's trouble, and every session is given back."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import psycopg
import pytest
from contract.document import MESSAGES
from contract.errors import UnavailableError
from hypothesis import given
from hypothesis import strategies as st
from onloop.session import SilentError
from optimized.contacts.infrastructure import loop_database, outages
from optimized.contacts.infrastructure.loop_database import LoopDatabase, numbered
from optimized.contacts.infrastructure.sql.statement import Statement

STATEMENT = Statement("SELECT %s", (1,), prepare=True)


class Session:
    """A session that gives an answer or fails, and is dead after that where it is told so."""

    def __init__(self, answer: object, *, dies: bool = False) -> None:
        self._answer = answer
        self._dies = dies
        self.ended = False
        self.asked: list[tuple[bytes, Sequence[object], bool]] = []

    async def rows(self, sql: bytes, given: Sequence[object], *, prepare: bool) -> object:
        self.asked.append((sql, given, prepare))
        await asyncio.sleep(0)
        self.ended = self._dies
        if isinstance(self._answer, BaseException):
            raise self._answer
        return self._answer


class Sessions:
    """Gives these in turn."""

    def __init__(self, *sessions: Session) -> None:
        self._sessions = list(sessions)
        self.taken: list[Session] = []
        self.back: list[Session] = []
        self.forgot: int | None = None

    async def take(self) -> Session:
        if not self._sessions:
            raise psycopg.OperationalError("none")
        self.taken.append(self._sessions.pop(0))
        return self.taken[-1]

    def give(self, session: Session) -> None:
        self.back.append(session)

    def forget_idle(self) -> None:
        self.forgot = len(self.back)


class Known:
    """In the place of the breaker: whether the database is not known to be away."""

    closed = True

    def failed(self) -> None:
        self.closed = False

    def doubted(self) -> None:
        pass


@pytest.fixture(autouse=True)
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    made = Known()
    for module in (outages, loop_database):
        monkeypatch.setattr(module, "DATABASE", made)
    return made


def rows(sessions: Sessions, statement: Statement = STATEMENT, *, prepared: bool = True) -> Any:
    """What the statement gives; every session that was taken is back then."""

    async def run() -> object:
        return await LoopDatabase(cast("Any", sessions), prepared=prepared).rows(statement)

    try:
        return asyncio.run(run())
    finally:
        assert sessions.back == sessions.taken


@pytest.mark.parametrize("prepared", [True, False])
@pytest.mark.parametrize("recurs", [True, False])
def test_a_statement_is_prepared_where_both_want_it(prepared: bool, recurs: bool) -> None:
    session = Session([(1,)])
    assert rows(Sessions(session), Statement("SELECT %s", (1,), prepare=recurs), prepared=prepared) == [(1,)]
    assert session.asked == [(b"SELECT $1", (1,), prepared and recurs)]


@pytest.mark.parametrize("error", [psycopg.OperationalError(), psycopg.errors.FeatureNotSupported()])
def test_what_died_under_a_statement_is_asked_again_once(error: psycopg.Error) -> None:
    assert rows(Sessions(Session(error, dies=True), Session([(2,)]))) == [(2,)]
    with pytest.raises((UnavailableError, type(error))):
        rows(Sessions(Session(error, dies=True), Session(error, dies=True), Session([(3,)])))


def test_a_sessions_like_is_not_asked_where_it_died_but_a_new_one() -> None:
    sessions = Sessions(Session(psycopg.OperationalError(), dies=True), Session([(2,)]))
    assert rows(sessions) == [(2,)]
    # When it had been given back, and before another was taken.
    assert sessions.forgot == 1


def test_a_statement_that_was_met_by_silence_is_not_sent_again() -> None:
    sessions = Sessions(Session(SilentError("silence"), dies=True), Session([(2,)]))
    with pytest.raises(UnavailableError):
        rows(sessions)
    assert len(sessions.taken) == 1


def test_where_no_other_session_comes_about_the_database_is_away() -> None:
    with pytest.raises(UnavailableError, match=MESSAGES["no_database"]):
        rows(Sessions(Session(psycopg.OperationalError(), dies=True)))
    with pytest.raises(UnavailableError, match=MESSAGES["no_database"]):
        rows(Sessions())


def test_of_a_database_that_is_known_to_be_away_nobody_asks_again() -> None:
    sessions = Sessions(Session(psycopg.OperationalError("query_wait_timeout"), dies=True), Session([(1,)]))
    with pytest.raises(UnavailableError, match=MESSAGES["no_database"]):
        rows(sessions)
    assert len(sessions.taken) == 1


def test_an_error_of_a_living_session_is_not_asked_for_again() -> None:
    sessions = Sessions(Session(psycopg.errors.UndefinedTable()), Session([(1,)]))
    with pytest.raises(psycopg.errors.UndefinedTable):
        rows(sessions)
    with pytest.raises(UnavailableError, match=MESSAGES["timeout"]):
        rows(Sessions(Session(psycopg.errors.QueryCanceled()), Session([(1,)])))


@pytest.mark.parametrize("fault", [LookupError("a bug"), asyncio.CancelledError()])
def test_a_session_is_given_back_whatever_happens(fault: BaseException) -> None:
    with pytest.raises(type(fault)):
        rows(Sessions(Session(fault)))
    with pytest.raises(type(fault)):
        rows(Sessions(Session(psycopg.OperationalError(), dies=True), Session(fault)))


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT 1", "SELECT 1"),
        ("a = %s AND b LIKE '%%x' OR c = ANY(%s)", "a = $1 AND b LIKE '%x' OR c = ANY($2)"),
        ("'%%s' = %s", "'%s' = $1"),
        ("%%%s", "%$1"),
        (", ".join(["%s"] * 12), ", ".join(f"${number}" for number in range(1, 13))),
        ("'é' = %s", "'é' = $1"),
    ],
)
def test_marks_are_numbered_in_their_order(sql: str, expected: str) -> None:
    assert numbered(sql) == expected.encode()


@given(st.lists(st.sampled_from(["%s", "%%", "a", " "])))
def test_every_mark_has_its_own_number(parts: list[str]) -> None:
    numbers = iter(range(1, 1000))
    expected = "".join({"%s": lambda: f"${next(numbers)}", "%%": lambda: "%"}.get(p, lambda p=p: p)() for p in parts)
    assert numbered("".join(parts)).decode() == expected


def test_what_is_remembered_of_statements_has_an_end() -> None:
    for number in range(2000):
        numbered(f"SELECT {number}")
    assert numbered.cache_info().currsize < 1000
