"""A page that is really served, on loopback alone."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from staged import Stage

from scalebed.web.server import PORT, PortError, page_server


def test_it_streams_until_it_is_closed(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "run")
    stage.play(until="trial_started")
    server = page_server(stage.directory, None)
    port = urlsplit(server.url).port
    assert port is not None
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    client.request("GET", "/events")
    answer = client.getresponse()
    assert answer.getheader("content-type", "").startswith("text/event-stream")
    assert b'"anew"' in answer.readline()
    while b'"kind":"trial"' not in answer.readline():
        pass
    server.close()
    answer.read()  # it ends, and not only with the reader's patience
    client.close()
    server.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)
    stage.chronicle.run_finished()


def test_a_port_that_is_named_is_taken_or_refused(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "run")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PortError, match=rf"^--port {port}: cannot be had \(.*\); name another one$"):
            page_server(stage.directory, port)


def test_without_one_another_is_taken_where_that_is(tmp_path: Path) -> None:
    stage = Stage(tmp_path / "run")
    first = page_server(stage.directory)
    second = page_server(stage.directory)
    ports = {urlsplit(each.url).port for each in (first, second)}
    assert len(ports) == 2
    assert all(port is not None and (port == PORT or port > 1024) for port in ports)
    first.close()
    second.close()
