"""The metrics of a run in Prometheus's protobuf format, the one in which a native histogram can be scraped."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from google.protobuf.proto import serialize_length_prefixed
from google.protobuf.timestamp_pb2 import Timestamp

from scalebed.measurement.histograms import Latencies
from scalebed.metrics.buckets import SCALE, ZERO_S, classic, exponential, spans
from scalebed.metrics.catalogue import RUN, Metric
from scalebed.metrics.tally import Point, State
from scalebed.metrics.wire import exposition_pb2 as wire

CONTENT_TYPE = "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
_TYPES = {"counter": wire.COUNTER, "gauge": wire.GAUGE, "histogram": wire.HISTOGRAM}


def encoded(state: State) -> bytes:
    """Families, each after its length; a histogram is native and classic at once."""
    output = BytesIO()
    for family in families(state):
        serialize_length_prefixed(family, output)
    return output.getvalue()


def families(state: State) -> Iterator[wire.MetricFamily]:
    """One for each metric that has a series."""
    for metric, points in state.by_metric():
        yield wire.MetricFamily(
            name=metric.prometheus,
            help=metric.help,
            type=_TYPES[metric.kind],
            unit=metric.prometheus_unit,
            metric=[_metric(metric, point, state) for point in points],
        )


def _metric(metric: Metric, point: Point, state: State) -> wire.Metric:
    names = [(RUN, state.run), *((name, point.labels[name]) for name in metric.labels)]
    labels = [wire.LabelPair(name=name, value=value) for name, value in names]
    value = point.value
    if isinstance(value, Latencies):
        return wire.Metric(label=labels, histogram=_histogram(value, state))
    if metric.kind == "counter":
        return wire.Metric(label=labels, counter=wire.Counter(value=value, created_timestamp=_moment(state.since)))
    return wire.Metric(label=labels, gauge=wire.Gauge(value=value))


def _histogram(latencies: Latencies, state: State) -> wire.Histogram:
    native = exponential(latencies)
    runs, deltas = spans(native.counts, native.first)
    return wire.Histogram(
        sample_count=latencies.total,
        sample_sum=latencies.sum_ms / 1000,
        bucket=[
            wire.Bucket(cumulative_count=count, upper_bound=bound)
            for bound, count in classic(latencies, state.limits_s)
        ],
        schema=SCALE,
        zero_threshold=ZERO_S,
        zero_count=native.zeros,
        positive_span=[wire.BucketSpan(offset=offset, length=length) for offset, length in runs],
        positive_delta=deltas,
        created_timestamp=_moment(state.since),
    )


def _moment(unix_s: float) -> Timestamp:
    seconds, rest = divmod(unix_s, 1)
    return Timestamp(seconds=int(seconds), nanos=int(rest * 1e9))
