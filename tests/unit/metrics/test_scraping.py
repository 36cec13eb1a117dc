"""What is served to whom, and in which format."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from staged import Stage

from scalebed.metrics import scraping
from scalebed.metrics.scraping import AddressError, prefers_protobuf
from scalebed.metrics.tally import Tally
from scalebed.web.server import Server

PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
TEXT = "text/plain;version=0.0.4"


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    with Stage(tmp_path / "run") as stage:
        made = Tally("run", stage.directory.manifest().experiment)
        stage.tell(made, "second", 5)
    return made


@pytest.fixture
def server(tally: Tally) -> Iterator[Server]:
    made = scraping.server(tally, "127.0.0.1:0")
    yield made
    made.close()


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (f"{PROTOBUF};q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,{TEXT};q=0.3,*/*;q=0.2", True),
        (f"application/openmetrics-text;version=1.0.0;q=0.6,{PROTOBUF};q=0.4,*/*;q=0.2", False),
        (PROTOBUF, True),
        ("application/vnd.google.protobuf", False),
        (f"{PROTOBUF};q=0", False),
        (f"{PROTOBUF};q=high", False),
        (TEXT, False),
        ("*/*", False),
        ("", False),
    ],
)
def test_protobuf_is_for_who_prefers_it(accept: str, wanted: bool) -> None:
    assert prefers_protobuf(accept) is wanted


def test_each_format_says_which_it_is(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        protobuf = client.get("/metrics", headers={"Accept": PROTOBUF})
        openmetrics = client.get("/metrics", headers={"Accept": "application/openmetrics-text;version=1.0.0"})
        text = client.get("/metrics", headers={"Accept": "*/*"})
    assert protobuf.headers["content-type"].startswith("application/vnd.google.protobuf; proto=io.prometheus.client")
    assert openmetrics.headers["content-type"].startswith("application/openmetrics-text")
    assert openmetrics.text.endswith("# EOF\n")
    assert text.headers["content-type"].startswith("text/plain; version=")
    assert "scalebed_request_duration_seconds_bucket{" in text.text


def test_on_loopback_no_page_of_another_origin_gets_anything(server: Server) -> None:
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/metrics", headers={"Host": "elsewhere.example"}).status_code == 403
        assert client.get("/metrics", headers={"Origin": "http://elsewhere.example"}).status_code == 403
        assert client.post("/metrics").status_code == 403
        away = client.get("/")
    assert (away.status_code, away.text) == (404, "The metrics of this run are at /metrics.\n")


def test_another_address_is_for_other_names_too(tally: Tally) -> None:
    server = scraping.server(tally, "0.0.0.0:0")
    try:
        port = httpx.URL(server.url).port
        answer = httpx.get(f"http://127.0.0.1:{port}/metrics", headers={"Host": "measuring.example:9464"})
        assert answer.status_code == 200
    finally:
        server.close()


@pytest.mark.parametrize(
    "address", ["9464", "127.0.0.1", "127.0.0.1:port", "me@127.0.0.1:9464", "127.0.0.1:9464/x", ""]
)
def test_what_is_no_address_is_refused(tally: Tally, address: str) -> None:
    with pytest.raises(AddressError, match=r"is no HOST:PORT; name one such as 127\.0\.0\.1:9464$"):
        scraping.server(tally, address)


def test_an_address_that_is_taken_is_refused(tally: Tally) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AddressError, match=rf"^--prometheus-address {address}: cannot be had \(.*\); name another"):
            scraping.server(tally, address)


def test_an_address_that_is_not_of_this_machine_is_refused(tally: Tally) -> None:
    with pytest.raises(AddressError, match="cannot be had"):
        scraping.server(tally, "192.0.2.1:9464")
