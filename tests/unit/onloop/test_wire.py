"""The wire to Redis over a real socket: answers in their order, and what happens where there are none."""

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any

import hiredis
import pytest
from onloop.wire import RedisWire, WireDownError

Command = list[bytes]
# What a server says to a command; None: nothing.
Answer = Callable[[Command], bytes | None]


class Store:
    """A server with a memory, which speaks the protocol. It answers by `answer` where that is set."""

    def __init__(self) -> None:
        self.values: dict[bytes, bytes] = {}
        self.asked: list[Command] = []
        self.reads = 0
        self.open = 0
        self.connections = 0
        self.answer: Answer = self.well
        self.silent = False
        """Whether it takes connections and says nothing."""
        self.port = 0
        self._writers: set[asyncio.StreamWriter] = set()

    def well(self, command: Command) -> bytes | None:
        name, key = command[0], command[1]
        if name == b"GET":
            return _bulk(self.values.get(key))
        if name == b"SET":
            if b"NX" in command and key in self.values:
                return b"$-1\r\n"
            self.values[key] = command[2]
            return b"+OK\r\n"
        if name == b"DEL":
            return b":%d\r\n" % (self.values.pop(key, None) is not None)
        return b"+OK\r\n"

    def close(self) -> None:
        """End the connections that there are."""
        for writer in self._writers:
            writer.transport.abort()

    def say(self, words: bytes) -> None:
        """Say something unasked."""
        for writer in self._writers:
            writer.write(words)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        self._writers.add(writer)
        commands = hiredis.Reader()
        try:
            while data := await reader.read(1 << 16):
                self.reads += 1
                commands.feed(data)
                while (command := commands.gets()) is not False:
                    self.asked.append(command)
                    if not self.silent and (answer := self.answer(command)) is not None:
                        writer.write(answer)
        except ConnectionError:
            pass
        finally:
            self.open -= 1
            self._writers.discard(writer)
            writer.close()


def _bulk(value: bytes | None) -> bytes:
    return b"$-1\r\n" if value is None else b"$%d\r\n%b\r\n" % (len(value), value)


@asynccontextmanager
async def serving(store: Store) -> AsyncIterator[asyncio.Server]:
    server = await asyncio.start_server(store.serve, "127.0.0.1", store.port)
    store.port = server.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        server.close()
        store.close()
        await until(lambda: store.open == 0)


async def until(there: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not there():
            await asyncio.sleep(0.001)


def with_store(test: Callable[[Store, RedisWire], Awaitable[None]], *, timeout_ms: int = 5000, path: str = "") -> Store:
    """Run a test over a store, and hold the loop to having nothing to complain of."""
    store = Store()

    async def run() -> None:
        heard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))
        async with serving(store):
            wire = RedisWire(
                f"redis://{path.partition('/')[0]}127.0.0.1:{store.port}/{path.partition('/')[2]}", timeout_ms
            )
            await test(store, wire)
        gc.collect()
        assert heard == []

    asyncio.run(run())
    return store


async def is_down(asking: Coroutine[Any, Any, object]) -> None:
    with pytest.raises(WireDownError):
        await asyncio.wait_for(asking, 10)


def test_it_does_what_a_store_does() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        assert await wire.get(b"key") is None
        await wire.set(b"key", b"\r\n\0binary", 1500)
        assert await wire.get(b"key") == b"\r\n\0binary"
        assert not await wire.add(b"key", b"another", None)
        assert await wire.add(b"lock", b"1", 5000)
        await wire.delete(b"key")
        assert await wire.get(b"key") is None
        assert [b"SET", b"key", b"\r\n\0binary", b"PX", b"1500"] in store.asked
        assert [b"SET", b"key", b"another", b"NX"] in store.asked
        assert [b"SET", b"lock", b"1", b"NX", b"PX", b"5000"] in store.asked

    assert with_store(test).connections == 1


def test_what_is_asked_in_one_turn_is_one_write_and_each_gets_their_own_answer() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        await wire.get(b"first")
        store.values = {b"%d" % number: b"value %d" % number for number in range(50)}
        reads = store.reads
        answers = await asyncio.gather(*(wire.get(b"%d" % number) for number in range(50)))
        assert answers == list(store.values.values())
        assert store.reads == reads + 1

    with_store(test)


def test_many_who_come_before_there_is_a_connection_share_one() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values[b"key"] = b"value"
        assert await asyncio.gather(*(wire.get(b"key") for _ in range(20))) == [b"value"] * 20

    assert with_store(test).connections == 1


def test_an_answer_is_never_another_command_s_where_some_are_given_up() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values = {b"%d" % number: b"value %d" % number for number in range(200)}
        await wire.get(b"0")

        async def check(number: int) -> None:
            assert await wire.get(b"%d" % number) == b"value %d" % number

        tasks = [asyncio.create_task(check(number)) for number in range(200)]
        # Some before they have asked, some before they were answered, some at any moment of that.
        for number, task in enumerate(tasks):
            if number % 20 == 0:
                await asyncio.sleep(0)
            if number % 3 == 0:
                task.cancel()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(each) for each in done} == {type(None), asyncio.CancelledError}
        await check(7)

    assert with_store(test).connections == 1


def test_answers_that_come_in_pieces_are_put_together() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        large = bytes(range(256)) * 4096
        await wire.set(b"large", large, 1000)
        answers = await asyncio.gather(*(wire.get(key) for key in (b"large", b"none", b"large")))
        assert answers == [large, None, large]

    with_store(test)


def test_an_error_for_an_answer_is_told_and_ends_nothing() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values[b"key"] = b"value"
        store.answer = lambda command: b"-LOADING it starts\r\n" if command[1] == b"bad" else store.well(command)
        good, bad = asyncio.create_task(wire.get(b"key")), asyncio.create_task(wire.get(b"bad"))
        assert await good == b"value"
        with pytest.raises(WireDownError) as told:
            await bad
        assert "LOADING" in str(told.value.__cause__)
        assert await wire.get(b"key") == b"value"

    assert with_store(test).connections == 1


def test_silence_fails_all_who_wait_and_a_late_answer_is_nobody_s() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values = {b"a": b"of a", b"b": b"of b"}
        assert await wire.get(b"a") == b"of a"
        store.silent = True
        await asyncio.gather(is_down(wire.get(b"a")), is_down(wire.get(b"a")))
        store.silent = False
        store.say(b"$4\r\nlate\r\n")
        assert await wire.get(b"b") == b"of b"
        await until(lambda: store.open == 1)

    assert with_store(test, timeout_ms=400).connections == 2


def test_a_loop_that_was_busy_for_longer_reads_what_has_come_before_it_gives_up() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values[b"key"] = b"value"
        await wire.get(b"key")
        asking = asyncio.create_task(wire.get(b"key"))
        await asyncio.sleep(0)
        # Longer than an answer may take, before the command has even been written.
        busy_until = monotonic() + 0.3
        while monotonic() < busy_until:
            pass
        assert await asking == b"value"

    assert with_store(test, timeout_ms=200).connections == 1


def test_a_wire_can_be_closed() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        wire.close()
        await wire.get(b"key")
        wire.close()
        await until(lambda: store.open == 0)

    with_store(test)


def test_time_counts_from_each_command_and_not_from_the_connection() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values[b"key"] = b"value"
        async with asyncio.timeout(10):
            # Longer than the time-out in all, each far below it.
            for _ in range(60):
                assert await wire.get(b"key") == b"value"
                await asyncio.sleep(0.02)

    assert with_store(test, timeout_ms=1000).connections == 1


def test_whose_connection_ends_is_answered_over_a_new_one() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values[b"key"] = b"value"
        await wire.get(b"key")
        store.silent = True
        waiting = [asyncio.create_task(wire.get(b"key")) for _ in range(3)]
        asked = len(store.asked)
        await until(lambda: len(store.asked) == asked + 3)
        store.silent = False
        store.close()
        assert await asyncio.gather(*waiting) == [b"value"] * 3

    assert with_store(test).connections == 2


def test_whose_connections_end_again_and_again_hears_of_it() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        def close(_: Command) -> None:
            store.close()

        await wire.get(b"key")
        store.answer = close
        await is_down(wire.get(b"key"))

    assert with_store(test).connections == 2


@pytest.mark.parametrize("words", [b"+nobody asked\r\n", b"no protocol\r\n"])
def test_what_is_said_unasked_ends_the_connection(words: bytes) -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.values[b"key"] = b"value"
        await wire.get(b"key")
        store.say(words)
        await until(lambda: store.open == 0)
        assert await wire.get(b"key") == b"value"

    assert with_store(test).connections == 2


def test_a_store_that_starts_again_is_found() -> None:
    async def run() -> None:
        store = Store()
        async with serving(store):
            wire = RedisWire(f"redis://127.0.0.1:{store.port}/0", 5000)
            await wire.set(b"key", b"value", 1000)
        await is_down(wire.get(b"key"))
        async with serving(store):
            assert await wire.get(b"key") == b"value"

    asyncio.run(run())


def test_all_who_wait_for_a_connection_hear_at_once_that_it_failed() -> None:
    async def run() -> None:
        # It takes connections, and does not answer what the wire asks before it is used.
        store = Store()
        store.silent = True
        async with serving(store):
            wire = RedisWire(f"redis://127.0.0.1:{store.port}/7", 400)
            await asyncio.gather(*(is_down(wire.get(b"key")) for _ in range(20)))
            assert store.connections == 1
            # Who comes after that tries anew.
            store.silent = False
            assert await wire.get(b"key") is None
            assert store.connections == 2

    asyncio.run(run())


def test_who_gives_up_connecting_leaves_that_to_the_next() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.silent = True
        first = asyncio.create_task(wire.get(b"key"))
        await until(lambda: store.asked == [[b"SELECT", b"7"]])
        store.silent = False
        second = asyncio.create_task(wire.get(b"key"))
        await asyncio.sleep(0)
        first.cancel()
        assert await asyncio.wait_for(second, 10) is None
        await until(lambda: store.open == 1)

    assert with_store(test, path="/7").connections == 2


def test_it_names_itself_and_chooses_its_database() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        await wire.get(b"key")
        assert store.asked == [[b"AUTH", b"me", b"secret"], [b"SELECT", b"7"], [b"GET", b"key"]]

    with_store(test, path="me:secret@/7")


def test_a_connection_that_is_refused_its_database_is_closed() -> None:
    async def test(store: Store, wire: RedisWire) -> None:
        store.answer = lambda command: b"-ERR DB index is out of range\r\n"
        for _ in range(3):
            await is_down(wire.get(b"key"))
        await until(lambda: store.open == 0)

    assert with_store(test, path="/7").connections == 3


def test_nobody_there_is_told_as_such() -> None:
    async def run() -> None:
        store = Store()
        async with serving(store):
            port = store.port
        await is_down(RedisWire(f"redis://127.0.0.1:{port}/0", 5000).get(b"key"))

    asyncio.run(run())
