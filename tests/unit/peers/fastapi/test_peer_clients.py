"""Whole clients as the cache's stores: what a URL means to them, and what happens where nobody answers."""

import asyncio
import socket
import time

import pytest
from peers.fastapi.contacts.infrastructure.clients import GlideStore, RedisPyStore, glide_configuration
from peers.fastapi.contacts.infrastructure.stores import StoreDownError


def test_a_url_means_to_glide_what_it_means_to_redis_py() -> None:
    made = glide_configuration("rediss://me:secret@cache.example:7000/3", 250)
    (address,) = made.addresses
    assert (address.host, address.port, made.database_id, made.use_tls) == ("cache.example", 7000, 3, True)
    assert made.credentials is not None
    assert (made.credentials.username, made.credentials.password) == ("me", "secret")
    assert made.request_timeout == 250

    plain = glide_configuration("redis://127.0.0.1", 250)
    (address,) = plain.addresses
    assert (address.host, address.port, plain.database_id, plain.use_tls) == ("127.0.0.1", 6379, 0, False)
    assert plain.credentials is None


def test_glide_is_given_no_socket_of_a_file() -> None:
    with pytest.raises(ValueError, match="valkey-glide knows no Unix socket such as /run/valkey"):
        GlideStore("unix:///run/valkey", 250)


@pytest.mark.parametrize("store", [GlideStore, RedisPyStore])
def test_where_nobody_answers_everybody_is_told_within_one_time_out(store: type[GlideStore | RedisPyStore]) -> None:
    async def fail(port: int) -> float:
        asked = store(f"redis://127.0.0.1:{port}/0", 400)
        began = time.monotonic()
        answers = await asyncio.gather(*(asked.get_many([b"key"]) for _ in range(20)), return_exceptions=True)
        assert {type(answer) for answer in answers} == {StoreDownError}
        took = time.monotonic() - began
        with pytest.raises(StoreDownError):
            await asked.set(b"key", b"value", 1000)
        await asked.close()
        return took

    # It takes connections, and answers nothing.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        took = asyncio.run(fail(silent.getsockname()[1]))
    # Twice, since redis-py asks again; twenty who queue would take twenty times as long.
    assert took < 4 * 0.4
