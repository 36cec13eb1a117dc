"""What OpenTelemetry's exporter is given, and what it is told by its variables."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.exporter.otlp.proto.common.metrics_encoder import encode_metrics
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.sdk.resources import Resource
from receiver import receiver
from staged import Stage

from scalebed.measurement.histograms import Latencies
from scalebed.metrics import catalogue
from scalebed.metrics.exposition import families
from scalebed.metrics.otlp import OtlpError, OtlpSender, data, interval_s
from scalebed.metrics.tally import Point, State, Tally

CELL = {"cell": "fast-x1", "variant": "fast", "scale": "1"}


@pytest.fixture
def state(tmp_path: Path) -> State:
    with Stage(tmp_path / "run") as stage:
        tally = Tally("run", stage.directory.manifest().experiment)
        stage.tell(tally, "second", 60)
    return tally.state()


def encoded(state: State, *, explicit: bool = False) -> dict[str, Any]:
    request = encode_metrics(data(state, Resource({"service.name": "scalebed"}), explicit=explicit))
    [resource] = request.resource_metrics
    [scope] = resource.scope_metrics
    assert scope.scope.name == "scalebed"
    return {metric.name: metric for metric in scope.metrics}


def test_every_metric_goes_out_under_its_own_name(state: State) -> None:
    found = encoded(state)
    assert set(found) == {point.metric.name for point in state.points}
    for metric in {point.metric for point in state.points}:
        assert (found[metric.name].unit, found[metric.name].description) == (metric.unit, metric.help)
    errors = found["scalebed.request.errors"].sum
    assert (errors.is_monotonic, errors.aggregation_temporality) == (True, 2)
    attributes = {each.key: each.value.string_value for each in errors.data_points[0].attributes}
    assert set(attributes) == {"run", "cell", "variant", "scale", "error.type"}
    assert errors.data_points[0].start_time_unix_nano == int(state.since * 1e9)


def test_an_exponential_histogram_is_the_native_one_a_bucket_lower(state: State) -> None:
    [told] = encoded(state)["scalebed.request.duration"].exponential_histogram.data_points
    native = next(f for f in families(state) if f.name == "scalebed_request_duration_seconds").metric[0].histogram
    assert told.scale == native.schema
    assert told.positive.offset == native.positive_span[0].offset - 1
    assert sum(told.positive.bucket_counts) + told.zero_count == told.count == native.sample_count
    assert 0 < told.min <= told.sum / told.count <= told.max


def test_a_variable_asks_for_classic_bounds(state: State) -> None:
    [told] = encoded(state, explicit=True)["scalebed.request.duration"].histogram.data_points
    native = next(f for f in families(state) if f.name == "scalebed_request_duration_seconds").metric[0].histogram
    assert list(told.explicit_bounds) == [bucket.upper_bound for bucket in native.bucket]
    assert len(told.bucket_counts) == len(told.explicit_bounds) + 1
    assert sum(told.bucket_counts) == told.count


def test_an_empty_histogram_goes_out_too() -> None:
    state = State("run", 1000.0, 900.0, (), [Point(catalogue.DURATION, CELL, Latencies())])
    [told] = encoded(state)["scalebed.request.duration"].exponential_histogram.data_points
    assert (told.count, list(told.positive.bucket_counts)) == (0, [])


@pytest.mark.parametrize(("told", "seconds"), [("", 5.0), ("2500", 2.5)])
def test_the_interval_is_that_of_the_variable(told: str, seconds: float) -> None:
    assert interval_s({"OTEL_METRIC_EXPORT_INTERVAL": told}) == seconds


@pytest.mark.parametrize("told", ["soon", "0", "-5", "inf", "nan"])
def test_an_interval_that_is_none_is_refused(told: str) -> None:
    with pytest.raises(OtlpError, match=r"is no number of milliseconds above 0; mend or unset it$"):
        interval_s({"OTEL_METRIC_EXPORT_INTERVAL": told})


def test_another_protocol_is_refused() -> None:
    with pytest.raises(OtlpError, match=r"^OTEL_EXPORTER_OTLP_PROTOCOL=grpc: only http/protobuf is spoken here"):
        OtlpSender({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"})


def test_a_receiver_that_is_away_is_told(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3")
    sender = OtlpSender()
    assert sender.end(state) == "http://127.0.0.1:1 cannot be reached (ConnectionError)"


@pytest.mark.parametrize(("status", "told"), [(404, "answered 404"), (503, "answered Service Unavailable")])
def test_an_answer_that_is_no_success_is_told_without_what_is_secret(
    state: State, monkeypatch: pytest.MonkeyPatch, status: int, told: str
) -> None:
    with receiver(status) as (url, _):
        secret = f"{url.replace('://', '://me:hidden@')}?key=hidden"
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", secret)
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3")
        assert OtlpSender().send(state) == f"{url} {told}"


def test_a_gauge_that_is_gone_ends_once(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiver(200) as (url, bodies):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", url)
        sender = OtlpSender()
        gone = replace(state, points=[point for point in state.points if point.metric is not catalogue.IN_FLIGHT])
        for each in (state, gone, gone):
            assert sender.send(each) is None
    told = [in_flight(body) for body in bodies]
    assert [len(values) for values in told] == [1, 1, 0]
    assert told[0][0] >= 0
    assert struct.pack("<d", told[1][0]) == struct.pack("<Q", 0x7FF0000000000002)


def in_flight(body: bytes) -> list[float]:
    """What an export says of requests under way."""
    request = ExportMetricsServiceRequest.FromString(body)
    metrics = [
        metric for resource in request.resource_metrics for scope in resource.scope_metrics for metric in scope.metrics
    ]
    return [
        point.as_double
        for metric in metrics
        if metric.name == "scalebed.requests.in_flight"
        for point in metric.gauge.data_points
    ]
