import pytest

from scalebed.engines.local.parts.pgbouncer import pool_size
from scalebed.engines.local.parts.postgres import MAX_CONNECTIONS, settings


@pytest.mark.parametrize(("gigabytes", "buffers"), [(0.25, "128MB"), (4, "1024MB"), (64, "2048MB")])
def test_buffers_follow_memory_within_bounds(gigabytes: float, buffers: str) -> None:
    assert settings(int(gigabytes * 2**30))["shared_buffers"] == buffers


def test_writes_are_durable_and_nothing_listens_outside_loopback() -> None:
    chosen = settings(2**33)

    assert (chosen["fsync"], chosen["synchronous_commit"]) == ("on", "on")
    assert chosen["listen_addresses"] == "127.0.0.1"


@pytest.mark.parametrize(("cores", "size"), [(0.5, 8), (2, 8), (4, 16), (64, MAX_CONNECTIONS - 20)])
def test_the_pool_follows_the_cores_and_leaves_connections_free(cores: float, size: int) -> None:
    assert pool_size(cores) == size
