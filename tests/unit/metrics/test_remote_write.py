"""What is sent by remote write, and what is said where that cannot be done."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path

import cramjam
import pytest
from receiver import receiver
from staged import Stage

from scalebed.metrics.remote_write import HEADERS, RemoteWriteError, RemoteWriter
from scalebed.metrics.tally import Tally
from scalebed.metrics.wire import remote_write_pb2 as wire


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path / "run") as made:
        yield made


def read(body: bytes) -> wire.WriteRequest:
    return wire.WriteRequest.FromString(bytes(cramjam.snappy.decompress_raw(body)))


def named(request: wire.WriteRequest) -> dict[tuple[tuple[str, str], ...], wire.TimeSeries]:
    return {tuple((label.name, label.value) for label in each.labels): each for each in request.timeseries}


def is_stale(value: float) -> bool:
    return struct.pack("<d", value) == struct.pack("<Q", 0x7FF0000000000002)


def test_a_push_has_every_series_with_its_labels_in_order(stage: Stage) -> None:
    tally = Tally("run", stage.directory.manifest().experiment)
    stage.tell(tally, "second", 5)
    with receiver() as (url, kept):
        assert (
            RemoteWriter(url, {HEADERS: "Authorization=Bearer abc, X-Scope-OrgID=tenant"}).send(tally.state()) is None
        )
    [headers], [request] = kept.headers, map(read, kept)
    assert headers["authorization"] == "Bearer abc"
    assert headers["x-scope-orgid"] == "tenant"
    assert (headers["content-encoding"], headers["x-prometheus-remote-write-version"]) == ("snappy", "0.1.0")
    series = named(request)
    assert all(list(labels) == sorted(labels) and ("run", "run") in labels for labels in series)
    native = [each for labels, each in series.items() if ("__name__", "scalebed_request_duration_seconds") in labels]
    classic = [each for labels, each in series.items() if ("le", "+Inf") in labels]
    assert native[0].histograms[0].count_int == classic[0].samples[0].value > 0
    assert {dict(labels)["job"] for labels in series} == {"scalebed"}
    assert len({dict(labels)["instance"] for labels in series}) == 1
    assert {each.metric_family_name for each in request.metadata} <= {dict(labels)["__name__"] for labels in series}


def test_a_series_that_is_gone_has_ended(stage: Stage) -> None:
    tally = Tally("run", stage.directory.manifest().experiment)
    with receiver() as (url, kept):
        writer = RemoteWriter(url, {})
        stage.tell(tally, "second", 5)
        assert writer.send(tally.state()) is None
        stage.tell(tally, "trial_finished")
        assert writer.send(tally.state()) is None
        assert writer.send(tally.state()) is None
        assert writer.end(tally.state()) is None
    before, after, again = (named(read(body)) for body in kept[:3])
    gone = {labels for labels, each in after.items() if each.samples and is_stale(each.samples[0].value)}
    assert {dict(labels)["__name__"] for labels in gone} >= {"scalebed_requests_in_flight", "scalebed_trial_info"}
    assert gone <= set(before)
    assert not gone & set(again)
    last = named(read(kept[-1]))
    assert set(last) == set(again)
    assert all(is_stale(each.samples[0].value if each.samples else each.histograms[0].sum) for each in last.values())
    assert all(math.isnan(each.samples[0].value) for each in last.values() if each.samples)


@pytest.mark.parametrize("status", [302, 400, 503])
def test_an_answer_that_is_no_success_is_told_without_what_is_secret(stage: Stage, status: int) -> None:
    tally = Tally("run", stage.directory.manifest().experiment)
    with receiver(status) as (url, _):
        told = RemoteWriter(f"{url.replace('://', '://user:hidden@')}?token=hidden", {}).send(tally.state())
    assert told == f"{url} answered {status}{' (out of order)' if status >= 400 else ''}"


def test_a_file_of_passwords_does_not_replace_the_headers_that_are_given(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    tally = Tally("run", stage.directory.manifest().experiment)
    with receiver() as (url, kept):
        assert RemoteWriter(url, {HEADERS: "Authorization=Bearer abc"}).send(tally.state()) is None
        assert RemoteWriter(url.replace("://", "://me:mine@"), {}).send(tally.state()) is None
    assert [headers["authorization"] for headers in kept.headers] == ["Bearer abc", "Basic bWU6bWluZQ=="]


def test_two_runs_of_one_name_are_two(stage: Stage) -> None:
    tally = Tally("run", stage.directory.manifest().experiment)
    with receiver() as (url, kept):
        for _ in range(2):
            assert RemoteWriter(url, {}).send(tally.state()) is None
    first, second = (set(named(read(body))) for body in kept)
    assert not first & second


def test_a_receiver_that_is_away_is_told(stage: Stage) -> None:
    tally = Tally("run", stage.directory.manifest().experiment)
    told = RemoteWriter("http://user:hidden@127.0.0.1:1/write", {}).send(tally.state())
    assert told == "http://127.0.0.1:1/write cannot be reached (ConnectionError)"


@pytest.mark.parametrize("url", ["", "prometheus", "127.0.0.1:9090/write", "ftp://host/", "http://:1/", "http://h:p/"])
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(RemoteWriteError, match=r"^--remote-write: is no URL; name one such as http://"):
        RemoteWriter(url, {})


@pytest.mark.parametrize("headers", ["token", "=value", "a=b,token"])
def test_headers_that_cannot_be_read_are_refused_without_being_told(headers: str) -> None:
    with pytest.raises(RemoteWriteError, match=rf"^{HEADERS}: is no list of NAME=VALUE with commas between; mend it$"):
        RemoteWriter("http://127.0.0.1:9090/api/v1/write", {HEADERS: headers})
