"""A session over a scripted server: whatever it says and whenever, nobody gets another statement's rows.

What real servers say, tests/local/test_onloop_session.py asks one.
"""

import asyncio
import gc
import socket
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest
import uvloop
from onloop import session as module
from onloop.session import Session

READY = b"Z\0\0\0\5I"
INT4 = 23
NO_LONGER = "57P01"
# What a client sends up to its Sync → what the server says to that; None: nothing.
Answer = Callable[[bytes], bytes | None]


def message(kind: bytes, body: bytes = b"") -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def error(state: str, text: str, severity: str = "ERROR") -> bytes:
    fields = {"S": severity, "V": severity, "C": state, "M": text}
    return message(b"E", b"".join(f"{name}{value}\0".encode() for name, value in fields.items()) + b"\0")


def rows(*values: int) -> bytes:
    """One column of whole numbers."""
    column = b"n\0" + struct.pack("!ihihih", 0, 0, INT4, 4, -1, 1)
    lines = b"".join(message(b"D", struct.pack("!hii", 1, 4, value)) for value in values)
    described = message(b"T", struct.pack("!h", 1) + column)
    return message(b"2") + described + lines + message(b"C", b"SELECT 1\0") + READY


class Server:
    """Takes sessions and answers what they ask by `answer`."""

    def __init__(self) -> None:
        self.answer: Answer = self.well
        self.prepared: list[bytes] = []
        self.open = 0
        self._writers: set[asyncio.StreamWriter] = set()

    def well(self, asked: bytes) -> bytes | None:
        if asked[:1] != b"P":
            return rows(1)
        if not (name := asked[5:].partition(b"\0")[0]):
            return message(b"1") + rows(1)
        if name in self.prepared:
            return error("42P05", "the prepared statement exists already") + READY
        self.prepared.append(name)
        return message(b"1") + READY

    def say(self, words: bytes) -> None:
        """Say something, asked or not."""
        for writer in self._writers:
            writer.write(words)

    def close(self) -> None:
        """End the sessions that there are."""
        for writer in self._writers:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self._writers.add(writer)
        try:
            (length,) = struct.unpack("!i", await reader.readexactly(4))
            await reader.readexactly(length - 4)
            settings = message(b"S", b"client_encoding\0UTF8\0") + message(b"S", b"server_version\x0017.0\0")
            writer.write(message(b"R", b"\0\0\0\0") + settings + READY)
            asked = b""
            while True:
                kind, length = struct.unpack("!ci", await reader.readexactly(5))
                asked += kind + struct.pack("!i", length) + await reader.readexactly(length - 4)
                if kind == b"S":
                    if (said := self.answer(asked)) is not None:
                        writer.write(said)
                    asked = b""
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open -= 1
            self._writers.discard(writer)
            writer.close()


@asynccontextmanager
async def connected(server: Server, made: type[Session] = Session, patience_s: float = 60) -> AsyncIterator[Session]:
    """A session with the server; the loop has nothing to complain of when it is over."""
    heard: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    session = None
    try:
        connection = await psycopg.AsyncConnection.connect(
            host="127.0.0.1", port=port, user="me", sslmode="disable", gssencmode="disable", autocommit=True
        )
        session = made(connection, patience_s)
        yield session
    finally:
        if session is not None:
            session.end()
        listening.close()
        server.close()
        await until(lambda: server.open == 0)
    gc.collect()
    assert heard == []


async def until(there: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not there():
            await asyncio.sleep(0.001)


def asked(session: Session, sql: bytes = b"SELECT 1", *, prepare: bool = True) -> Coroutine[Any, Any, object]:
    return session.rows(sql, (), prepare=prepare)


def on_a_loop(test: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        await test()

    asyncio.run(run())


@pytest.mark.parametrize("prepare", [True, False])
def test_rows_come_as_python_s_values(prepare: bool) -> None:
    async def run() -> None:
        async with connected(Server()) as session:
            for _ in range(3):
                assert await asked(session, prepare=prepare) == [(1,)]

    on_a_loop(run)


def test_a_statement_is_prepared_once() -> None:
    async def run() -> None:
        server = Server()
        async with connected(server) as session:
            for sql in (b"SELECT 1", b"SELECT 2", b"SELECT 1"):
                await asked(session, sql)
            assert len(server.prepared) == 2

    on_a_loop(run)


def test_an_error_is_raised_as_psycopg_s_and_leaves_the_session_usable() -> None:
    async def run() -> None:
        server = Server()
        async with connected(server) as session:
            server.answer = lambda _: error("22012", "division by zero") + READY
            for prepare in (True, False):
                with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
                    await asked(session, prepare=prepare)
            server.answer = server.well
            assert await asked(session) == [(1,)]
            assert not session.ended

    on_a_loop(run)


@pytest.mark.parametrize("state", ["26000", "0A000"])
def test_a_statement_that_the_server_no_longer_knows_so_ends_the_session(state: str) -> None:
    async def run() -> None:
        server = Server()
        async with connected(server) as session:
            await asked(session)
            server.answer = lambda _: error(state, "cached plan must not change result type") + READY
            with pytest.raises(psycopg.Error):
                await asked(session)
            assert session.ended

    on_a_loop(run)


@pytest.mark.parametrize(
    "words", [error(NO_LONGER, "farewell", "FATAL"), message(b"S", b"TimeZone\0UTC\0"), None], ids=["E", "S", "end"]
)
def test_what_a_server_says_unasked_ends_the_session(words: bytes | None) -> None:
    async def run() -> None:
        server = Server()
        async with connected(server) as session:
            if words is None:
                server.close()
            else:
                server.say(words)
            await until(lambda: session.ended)
            with pytest.raises(psycopg.OperationalError, match="has ended"):
                await asked(session)

    on_a_loop(run)


def greeting_then_gone(listening: socket.socket, go: threading.Event, gone: threading.Event) -> None:
    """A server in a thread, which takes one session and leaves with a word when it is told to."""
    taken, _ = listening.accept()
    with taken:
        (length,) = struct.unpack("!i", taken.recv(4))
        taken.recv(length - 4)
        taken.sendall(message(b"R", b"\0\0\0\0") + message(b"S", b"client_encoding\0UTF8\0") + READY)
        go.wait(10)
        taken.sendall(error(NO_LONGER, "farewell", "FATAL"))
    gone.set()


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_a_session_that_had_ended_before_the_loop_was_told_fails_at_once(run: Callable[[Any], None]) -> None:
    async def ask() -> None:
        go, gone = threading.Event(), threading.Event()
        with socket.create_server(("127.0.0.1", 0)) as listening:
            thread = threading.Thread(target=greeting_then_gone, args=(listening, go, gone))
            thread.start()
            connection = await psycopg.AsyncConnection.connect(
                host="127.0.0.1",
                port=listening.getsockname()[1],
                user="me",
                sslmode="disable",
                gssencmode="disable",
                autocommit=True,
            )
            session = Session(connection, 60)
            go.set()
            # The loop learns nothing meanwhile, and what is sent now is answered by a reset.
            gone.wait(10)
            with pytest.raises(psycopg.OperationalError):
                await asyncio.wait_for(asked(session), 10)
            assert session.ended
            thread.join(10)

    run(ask())


@pytest.mark.parametrize("later_s", [0, 0.05], ids=["at once", "later"])
def test_a_pooler_s_last_words_are_what_is_raised(later_s: float) -> None:
    async def run() -> None:
        server = Server()
        async with connected(server) as session:
            words = error("08P01", "query_wait_timeout", "FATAL")

            def say_and_close(_: bytes) -> bytes:
                asyncio.get_running_loop().call_later(later_s, server.close)
                return words

            server.answer = say_and_close
            with pytest.raises(psycopg.OperationalError, match="query_wait_timeout"):
                await asked(session)
            await until(lambda: session.ended)

    on_a_loop(run)


def test_silence_ends_the_session() -> None:
    async def run() -> None:
        server = Server()
        server.answer = lambda _: None
        async with connected(server, patience_s=0.05) as session:
            with pytest.raises(psycopg.OperationalError, match="in time"):
                await asked(session)
            assert session.ended
            await until(lambda: server.open == 0)

    on_a_loop(run)


def test_a_task_that_is_given_up_ends_the_session() -> None:
    async def run() -> None:
        server = Server()
        server.answer = lambda _: None
        async with connected(server) as session:
            task = asyncio.create_task(asked(session))
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert session.ended
            await until(lambda: server.open == 0)

    on_a_loop(run)


class Answered(Session):
    """A session that runs `then` once, right after an answer has come and before who asked hears of it."""

    then: Callable[[], object] | None = None

    def _readable(self) -> None:
        super()._readable()
        if self.then is not None and self._asked is not None and self._asked.done():
            then, self.then = self.then, None
            then()


def given_up_when_answered(session: Session, *, prepare: bool) -> "asyncio.Task[object]":
    assert isinstance(session, Answered)
    task = asyncio.create_task(asked(session, prepare=prepare))
    session.then = task.cancel
    return task


@pytest.mark.parametrize("prepare", [True, False])
def test_one_who_gives_up_at_the_moment_of_the_answer_leaves_the_session_usable(prepare: bool) -> None:
    async def run() -> None:
        async with connected(Server(), Answered) as session:
            task = given_up_when_answered(session, prepare=prepare)
            with pytest.raises(asyncio.CancelledError):
                await task
            for sql in (b"SELECT 1", b"SELECT 2"):
                assert await asked(session, sql) == [(1,)]
            assert not session.ended

    on_a_loop(run)


def test_one_who_gives_up_at_the_moment_of_a_failure_leaves_no_complaint() -> None:
    async def run() -> None:
        server = Server()
        async with connected(server, Answered) as session:

            def close(_: bytes) -> None:
                server.close()

            server.answer = close
            task = given_up_when_answered(session, prepare=False)
            with pytest.raises(asyncio.CancelledError):
                await task
            assert session.ended

    on_a_loop(run)


def test_a_session_with_too_many_statements_is_over_after_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with connected(Server()) as session:
            for number in range(4):
                assert not session.ended
                assert await asked(session, b"SELECT %d" % number) == [(1,)]
            assert session.ended

    monkeypatch.setattr(module, "MOST_PREPARED", 3)
    on_a_loop(run)


def test_what_is_larger_than_the_socket_s_buffers_is_sent_and_received() -> None:
    async def run() -> None:
        server = Server()
        many = range(200_000)
        received: list[int] = []

        def answer(sent: bytes) -> bytes:
            received.append(len(sent))
            return message(b"1") + rows(*many)

        server.answer = answer
        async with connected(server) as session:
            large = "x" * 20_000_000
            assert await session.rows(b"SELECT $1", (large,), prepare=False) == [(number,) for number in many]
        assert received[0] > len(large)

    on_a_loop(run)


def test_it_can_be_ended_twice() -> None:
    async def run() -> None:
        async with connected(Server()) as session:
            session.end()
            session.end()

    on_a_loop(run)
