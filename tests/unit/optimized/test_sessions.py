"""The sessions of a pool: the dead are not handed out, and nothing is sent to find out which they are."""

from __future__ import annotations

import socket
from typing import Any, cast

import psycopg
import pytest
from optimized.contacts.infrastructure.outages import DATABASE
from optimized.contacts.infrastructure.sessions import (
    ASKED_ANEW_S,
    REPLACED_S,
    answers,
    ended,
    lease,
)
from psycopg_pool import PoolTimeout


class Session:
    """A connection of which there is nothing but its socket."""

    def __init__(self) -> None:
        self.ours, self.server = socket.socketpair()
        self.closed = False

    def fileno(self) -> int:
        if self.closed:
            raise psycopg.OperationalError("the connection is closed")
        return self.ours.fileno()

    def close(self) -> None:
        self.closed = True
        self.ours.close()
        self.server.close()


class Pool:
    """Gives these sessions in turn, and none where one is None."""

    def __init__(self, *sessions: Session | None) -> None:
        self.max_size = 4
        self.timeout = 3.0
        self.idle = list(sessions)
        self.back: list[Session] = []
        self.waits: list[float | None] = []

    def getconn(self, timeout: float | None = None) -> Session:
        self.waits.append(timeout)
        if (session := self.idle.pop(0)) is None:
            raise PoolTimeout
        return session

    def putconn(self, session: Session) -> None:
        self.back.append(session)


def leased(pool: Pool) -> Any:
    """A session of the pool."""
    return lease(cast("Any", pool))


def dead(session: Session, manner: str) -> Session:
    if manner == "farewell":
        session.server.send(b"E\0\0\0\4")
    elif manner == "closed there":
        session.server.close()
    else:
        session.close()
    return session


@pytest.mark.parametrize("manner", ["farewell", "closed there", "closed here"])
def test_a_session_that_was_ended_is_known(manner: str) -> None:
    living, gone = Session(), dead(Session(), manner)
    assert not ended(cast("Any", living))
    assert ended(cast("Any", gone))
    living.close()
    gone.close()


def test_dead_sessions_go_back_closed_and_a_living_one_is_given() -> None:
    gone, living = [dead(Session(), "farewell") for _ in range(3)], Session()
    pool = Pool(*gone, living)
    assert leased(pool) is living
    assert pool.back == gone
    assert all(session.closed for session in gone)
    assert pool.waits == [ASKED_ANEW_S] * 4
    living.close()


def test_who_waits_asks_anew_so_that_the_pool_tries_again() -> None:
    living = Session()
    pool = Pool(None, None, living)
    assert leased(pool) is living
    living.close()


def test_nobody_waits_longer_than_the_pool_says_or_for_long_in_the_place_of_a_dead_session(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = iter(range(100))
    monkeypatch.setattr("optimized.contacts.infrastructure.sessions.monotonic", lambda: next(now) * ASKED_ANEW_S)
    pool = Pool(*[None] * 20)
    with pytest.raises(PoolTimeout):
        leased(pool)
    assert len(pool.waits) == pool.timeout / ASKED_ANEW_S
    pool = Pool(dead(Session(), "farewell"), *[None] * 20)
    with pytest.raises(PoolTimeout):
        leased(pool)
    assert len(pool.waits) == 1 + REPLACED_S / ASKED_ANEW_S


def test_who_waits_for_a_database_that_is_found_out_to_be_away_waits_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DATABASE, "closed", False)
    pool = Pool(None, Session())
    with pytest.raises(PoolTimeout):
        leased(pool)
    assert len(pool.waits) == 1
    for session in pool.idle:
        assert session is not None
        session.close()


def test_it_does_not_go_on_for_ever() -> None:
    gone = [dead(Session(), "closed there") for _ in range(5)]
    assert leased(Pool(*gone)) is gone[-1]
    gone[-1].close()


def test_a_database_that_refuses_or_is_silent_does_not_answer() -> None:
    with socket.socket() as refusing:
        refusing.bind(("127.0.0.1", 0))
        parameters = {"host": "127.0.0.1", "port": refusing.getsockname()[1], "user": "nobody", "connect_timeout": 2}
        assert not answers(parameters, 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        parameters["port"] = silent.getsockname()[1]
        assert not answers(parameters, 0.1)
