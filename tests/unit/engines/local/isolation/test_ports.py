"""Ports that are given to nobody else."""

import socket
import subprocess
import sys

import pytest

from scalebed.engines.local.isolation import ports
from scalebed.engines.local.isolation.ports import free_port, named_port
from scalebed.messages import EngineError

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


def test_a_named_port_is_refused_where_somebody_has_it() -> None:
    port = free_port()
    with pytest.raises(EngineError, match=f"^port {port} is taken; end what uses it, or name another port$"):
        named_port(port)
    ports._given.remove(port)
    ports._release(port)
    assert named_port(port) == port
    with pytest.raises(EngineError, match="is taken"):
        named_port(port)


def test_a_named_port_that_only_waits_for_old_connections_is_free() -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(EngineError, match="is taken"):
            named_port(port)
        with socket.create_connection(("127.0.0.1", port)) as client:
            # Who closes first is the one whose side waits.
            listener.accept()[0].close()
            assert client.recv(1) == b""
    assert named_port(port) == port
