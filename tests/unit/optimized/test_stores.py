"""The store over connections that fail: whatever they do, and however often, it is down and never out."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from optimized.contacts.infrastructure.stores import Connect, RedisStore, StoreDownError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import MaxConnectionsError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError


class Wires:
    """Makes connections that give these answers in turn, the last for ever; an exception is raised."""

    def __init__(self, *answers: object) -> None:
        self._answers = list(answers)
        self.open = 0
        self.made = 0
        self.prompt = True

    def __call__(self, url: str, timeout_ms: int) -> Connect:
        return self.make

    def make(self) -> "Wire":
        self.made += 1
        return Wire(self)

    def answer(self) -> object:
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        if isinstance(answer, BaseException):
            # A new one each time: the same would remember everywhere that it was raised.
            raise type(answer)(*answer.args)
        return answer


class Wire:
    """One connection; open from its first command."""

    def __init__(self, wires: Wires) -> None:
        self._wires = wires
        self._open = False

    def send_command(self, *command: bytes | int) -> None:
        if not self._open:
            self._wires.open += 1
            self._open = True

    def read_response(self) -> object:
        return self._wires.answer()

    def can_read(self, timeout: float) -> bool:
        return self._wires.prompt

    def disconnect(self) -> None:
        if self._open:
            self._wires.open -= 1
            self._open = False


def store(wires: Wires) -> RedisStore:
    return RedisStore("redis://nowhere", 250, wires)


def test_the_fifty_thousandth_failure_is_like_the_first() -> None:
    wires = Wires(RedisConnectionError("refused"))
    failing = store(wires)
    for _ in range(50_000):
        with pytest.raises(StoreDownError):
            failing.delete(b"key")
    assert (wires.made, wires.open) == (50_000, 0)


def test_redis_py_s_own_connections_are_not_counted() -> None:
    # The port of a socket that is bound and does not listen: nobody answers, and nobody else can get it.
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        failing = RedisStore(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", 250)
        for _ in range(250):
            with pytest.raises(StoreDownError):
                failing.set(b"key", b"value", None)


@contextmanager
def closing(answers: int) -> Iterator[tuple[int, list[int]]]:
    """A server that closes each connection after so many answers, all "none": its port, and an item for each."""
    seen: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    seen.append(1)
                    left = answers
                    while left > 0 and (commands := connection.recv(4096).count(b"*")):
                        connection.sendall(b"$-1\r\n" * commands)
                        left -= commands

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], seen
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def test_connections_that_die_while_they_are_idle_are_replaced_for_ever() -> None:
    # Two of these are what redis-py says of itself.
    with closing(answers=4) as (port, seen):
        replacing = RedisStore(f"redis://127.0.0.1:{port}/0", 2000)
        for _ in range(500):
            assert replacing.add(b"key", b"value", None) is False
    assert len(seen) >= 250


@pytest.mark.parametrize(
    "error",
    [
        RedisConnectionError("closed"),
        RedisTimeoutError("slow"),
        MaxConnectionsError("too many"),
        ResponseError("OOM command not allowed"),
        OSError("unreachable"),
        RuntimeError("something new"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_whatever_goes_wrong_the_store_is_down(error: Exception) -> None:
    wires = Wires(error)
    with pytest.raises(StoreDownError) as down:
        store(wires).get_many([b"key"])
    assert type(down.value.__cause__) is type(error)
    assert wires.open == 0


def test_also_where_no_connection_can_be_made() -> None:
    def refuse() -> Wire:
        raise MaxConnectionsError("Too many connections")

    with pytest.raises(StoreDownError):
        RedisStore("redis://nowhere", 250, lambda url, timeout_ms: refuse).set(b"key", b"value", 1)


def test_a_connection_that_died_while_it_was_idle_is_no_failure() -> None:
    wires = Wires([b"first"], RedisConnectionError("closed"), [b"second"])
    replacing = store(wires)
    assert replacing.get_many([b"key"]) == [b"first"]
    assert replacing.get_many([b"key"]) == [b"second"]
    assert (wires.made, wires.open) == (2, 1)


def test_one_that_times_out_takes_the_idle_ones_with_it() -> None:
    gate = threading.Barrier(3)

    class Together(Wires):
        def answer(self) -> object:
            gate.wait(10)
            return [b"value"]

    wires = Together()
    several = store(wires)
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(several.get_many, [[b"key"]] * 3)) == [[b"value"]] * 3
    assert wires.open == 3
    wires.answer = Wires(RedisTimeoutError("slow")).answer  # type: ignore[method-assign]
    with pytest.raises(StoreDownError):
        several.get_many([b"key"])
    assert wires.open == 0


def test_a_connection_that_was_left_in_the_middle_is_not_used_again() -> None:
    wires = Wires(KeyboardInterrupt(), [b"value"])
    interrupted = store(wires)
    with pytest.raises(KeyboardInterrupt):
        interrupted.get_many([b"key"])
    assert wires.open == 0
    assert interrupted.get_many([b"key"]) == [b"value"]
    assert wires.made == 2


def test_prompt_is_what_the_kernel_says_and_the_answer_is_taken_all_the_same() -> None:
    wires = Wires(b"PONG")
    asked = store(wires)
    assert asked.prompt(0.005)
    wires.prompt = False
    assert not asked.prompt(0.005)
    assert (wires.made, wires.open) == (1, 1)


def test_prompt_knows_an_answer_that_came_in_time_and_was_read_late() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        delay = threading.Event()

        def serve() -> None:
            client, _ = server.accept()
            with client:
                while asked := client.recv(4096):
                    if delay.is_set():
                        time.sleep(0.1)
                    # Two answers are to what the client says of itself when it connects.
                    client.sendall(b"+PONG\r\n" * asked.count(b"*"))

        threading.Thread(target=serve, daemon=True).start()
        probed = RedisStore(f"redis://127.0.0.1:{server.getsockname()[1]}/0", 1000)
        assert probed.prompt(0.05)
        delay.set()
        assert not probed.prompt(0.02)
        assert probed.prompt(0.5)
