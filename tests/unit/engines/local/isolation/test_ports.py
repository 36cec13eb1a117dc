"""Ports that are given to nobody else."""

import socket
import subprocess
import sys

import pytest

from scalebed.engines.local.isolation import ports
from scalebed.engines.local.isolation.ports import free_port

ALL = "from scalebed.engines.local.isolation import ports; ports.PORTS = range({0}, {1}); print(ports.free_port())"


def test_none_is_given_twice() -> None:
    given = [free_port() for _ in range(200)]
    assert len(set(given)) == 200
    assert all(port in ports.PORTS for port in given)


def test_what_another_process_was_given_is_not_given_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also while nobody listens there."""
    port = free_port()
    done = subprocess.run(
        [sys.executable, "-c", ALL.format(port, port + 1)], capture_output=True, text=True, timeout=60, check=False
    )
    assert f"no port from {port} to {port} is free" in done.stderr
    monkeypatch.setattr(ports, "PORTS", range(port, port + 1))
    with pytest.raises(OSError, match="is free"):
        free_port()


def test_where_somebody_listens_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    ports._given.remove(port)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))
        listener.listen()
        monkeypatch.setattr(ports, "PORTS", range(port, port + 1))
        with pytest.raises(OSError, match="is free"):
            free_port()
    assert free_port() == port
