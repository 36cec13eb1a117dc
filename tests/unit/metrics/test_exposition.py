"""The protobuf format, read back message by message."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from google.protobuf.proto import parse_length_prefixed
from staged import Stage

from scalebed.measurement.histograms import Latencies
from scalebed.metrics import catalogue, exposition
from scalebed.metrics.tally import Point, State, Tally
from scalebed.metrics.wire import exposition_pb2 as wire

CELL = {"cell": "fast-x1", "variant": "fast", "scale": "1"}


def read(body: bytes) -> dict[str, wire.MetricFamily]:
    found, rest = {}, BytesIO(body)
    while rest.tell() < len(body):
        family = parse_length_prefixed(wire.MetricFamily, rest)
        found[family.name] = family
    return found


def state(*points: Point) -> State:
    return State("run", 1000.0, 900.25, (0.5,), points)


def test_all_that_is_known_comes_through(tmp_path: Path) -> None:
    with Stage(tmp_path / "run") as stage:
        tally = Tally("run", stage.directory.manifest().experiment)
        stage.tell(tally)
    found = read(exposition.encoded(tally.state()))
    told = tally.state().points
    assert sum(len(family.metric) for family in found.values()) == len(told)
    assert set(found) == {point.metric.prometheus for point in told}
    errors = found["scalebed_request_errors_total"]
    assert errors.type == wire.COUNTER
    assert [pair.name for pair in errors.metric[0].label] == ["run", "cell", "variant", "scale", "error_type"]
    assert errors.metric[0].counter.created_timestamp.seconds == int(tally.state().since)


def test_a_histogram_is_native_and_classic_at_once() -> None:
    counts = Latencies().counts.copy()
    counts[[0, 1000, 1001, 9000]] = 1, 2, 3, 4
    latencies = Latencies(counts)
    [family] = read(exposition.encoded(state(Point(catalogue.DURATION, CELL, latencies)))).values()
    histogram = family.metric[0].histogram
    assert (family.unit, histogram.schema, histogram.zero_count) == ("seconds", 7, 1)
    assert histogram.sample_count == 10
    assert sum(np.cumsum(histogram.positive_delta)) + histogram.zero_count == 10
    assert sum(span.length for span in histogram.positive_span) == len(histogram.positive_delta)
    assert histogram.bucket[-1].cumulative_count == 10
    assert [bucket.upper_bound for bucket in histogram.bucket] == sorted({*(b.upper_bound for b in histogram.bucket)})
    assert histogram.sample_sum == pytest.approx(latencies.sum_ms / 1000)
    assert (histogram.created_timestamp.seconds, histogram.created_timestamp.nanos) == (900, 250_000_000)


def test_an_empty_histogram_is_native_all_the_same() -> None:
    [family] = read(exposition.encoded(state(Point(catalogue.DURATION, CELL, Latencies())))).values()
    histogram = family.metric[0].histogram
    assert histogram.zero_threshold > 0  # without, and without a span, Prometheus takes it for a classic one
    assert histogram.sample_count == 0
