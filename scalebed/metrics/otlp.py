"""OpenTelemetry's protocol for metrics, over HTTP, by its own exporter and its own variables.

https://opentelemetry.io/docs/specs/otel/protocol/exporter/
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.sdk.metrics import export as otel
from opentelemetry.sdk.metrics.export import AggregationTemporality, MetricExportResult
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope

import scalebed
from scalebed.measurement.histograms import Latencies
from scalebed.messages import UserError
from scalebed.metrics.buckets import SCALE, classic, exponential
from scalebed.metrics.catalogue import RUN, Metric
from scalebed.metrics.pushing import STALE
from scalebed.metrics.tally import Point, State, in_order

_PROTOCOLS = ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_DEFAULT = "http://localhost:4318"
_INTERVAL = "OTEL_METRIC_EXPORT_INTERVAL"
_INTERVAL_S = 5.0
"""Where the variable says nothing: its own default is a minute, in which a trial begins and ends."""
_HISTOGRAMS = "OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION"
_ERROR_TYPE = "error_type"
_CUMULATIVE = AggregationTemporality.CUMULATIVE


_Key = tuple[str, ...]


class OtlpError(UserError):
    """One sentence: which variable, and what to do."""


class OtlpSender:
    """One receiver, where OTEL_EXPORTER_OTLP_ENDPOINT says. Values are cumulative; histograms are exponential unless
    OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION says explicit_bucket_histogram."""

    name = "OTLP"

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Raises OtlpError."""
        protocol = next((environment[name] for name in _PROTOCOLS if environment.get(name)), "http/protobuf")
        if protocol != "http/protobuf":
            raise OtlpError(
                f"OTEL_EXPORTER_OTLP_PROTOCOL={protocol}: only http/protobuf is spoken here; set it to that"
            )
        self.interval_s = interval_s(environment)
        self._explicit = environment.get(_HISTOGRAMS, "").strip().lower() == "explicit_bucket_histogram"
        named = {} if environment.get("OTEL_SERVICE_NAME") else {SERVICE_NAME: "scalebed"}
        self._resource = Resource.create(named)
        self._where = _without_user(next((environment[name] for name in _ENDPOINTS if environment.get(name)), _DEFAULT))
        self._gauges: dict[_Key, Point] = {}
        """That were there when it was sent last."""
        self._heard = _Heard()
        logger = logging.getLogger("opentelemetry.exporter.otlp.proto.http.metric_exporter")
        logger.addHandler(self._heard)
        logger.propagate = False
        try:
            self._exporter = OTLPMetricExporter()
        except Exception as error:  # of a certificate or a variable, in as many types as there are
            raise OtlpError(f"OTLP: its variables (OTEL_EXPORTER_OTLP_…) cannot be used ({error})") from error

    def send(self, state: State) -> str | None:
        """What has ended since goes out once more, as the NaN by which Prometheus knows that."""
        now = {_key(point): point for point in state.points if point.metric.kind == "gauge"}
        ended = [replace(point, value=STALE) for key, point in self._gauges.items() if key not in now]
        why = self._export(replace(state, points=sorted([*state.points, *ended], key=in_order)))
        self._gauges = now if why is None else {**self._gauges, **now}
        return why

    def _export(self, state: State) -> str | None:
        self._heard.first = ""
        if self._exporter.export(data(state, self._resource, explicit=self._explicit)) is MetricExportResult.SUCCESS:
            return None
        return f"{self._where} {self._heard.first or 'did not take them'}"

    def end(self, state: State) -> str | None:
        """The last values, and after them that all gauges have ended."""
        try:
            return self.send(state) or self.send(replace(state, at=state.at + 0.001, points=[]))
        finally:
            self._exporter.shutdown()


class _Heard(logging.Handler):
    """Keeps why an export failed at first: what the exporter says after that is how often it tried again. Its own words
    have the URL, in which there may be a secret."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.first = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.first = self.first or _cause(record.args)


def _cause(said: object) -> str:
    """From what the exporter fills its sentence with: an error, a status or its reason phrase."""
    for each in said if isinstance(said, tuple) else ():
        if isinstance(each, Exception):
            return f"cannot be reached ({type(each).__name__})"
        if isinstance(each, int) and not isinstance(each, bool):
            return f"answered {each}"
    return f"answered {said[0]}" if isinstance(said, tuple) and len(said) == 3 else "did not answer in time"


def _without_user(url: str) -> str:
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.partition('?')[0].rpartition('@')[2]}"


def _key(point: Point) -> _Key:
    return (point.metric.name, *(f"{name}={value}" for name, value in sorted(point.labels.items())))


def interval_s(environment: Mapping[str, str]) -> float:
    """Between two exports. Raises OtlpError."""
    told = environment.get(_INTERVAL, "")
    try:
        seconds = float(told) / 1000 if told else _INTERVAL_S
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise OtlpError(f"{_INTERVAL}={told}: is no number of milliseconds above 0; mend or unset it")
    return seconds


def data(state: State, resource: Resource, *, explicit: bool = False) -> otel.MetricsData:
    """The state as OpenTelemetry's SDK would have collected it. `explicit`: histograms with classic bounds."""
    metrics = [_metric(metric, points, state, explicit=explicit) for metric, points in state.by_metric()]
    scope = otel.ScopeMetrics(InstrumentationScope("scalebed", scalebed.__version__), metrics, "")
    return otel.MetricsData([otel.ResourceMetrics(resource, [scope], "")])


def _metric(metric: Metric, points: Iterable[Point], state: State, *, explicit: bool) -> otel.Metric:
    found = list(points)
    told: otel.DataT
    if metric.kind == "histogram":
        latencies = [(point, point.value) for point in found if isinstance(point.value, Latencies)]
        if explicit:
            told = otel.Histogram([_classic(p, value, state) for p, value in latencies], _CUMULATIVE)
        else:
            told = otel.ExponentialHistogram([_exponential(p, value, state) for p, value in latencies], _CUMULATIVE)
    elif metric.kind == "counter":
        told = otel.Sum(_numbers(found, state), _CUMULATIVE, is_monotonic=True)
    else:
        told = otel.Gauge(_numbers(found, state))
    return otel.Metric(metric.name, metric.help, metric.unit, told)


def _numbers(points: Iterable[Point], state: State) -> list[otel.NumberDataPoint]:
    since, at = _nano(state.since), _nano(state.at)
    values = ((point, point.value) for point in points)
    return [
        otel.NumberDataPoint(_attributes(point, state), since, at, value)
        for point, value in values
        if not isinstance(value, Latencies)
    ]


def _exponential(point: Point, latencies: Latencies, state: State) -> otel.ExponentialHistogramDataPoint:
    buckets = exponential(latencies)
    return otel.ExponentialHistogramDataPoint(
        attributes=_attributes(point, state),
        start_time_unix_nano=_nano(state.since),
        time_unix_nano=_nano(state.at),
        count=latencies.total,
        sum=latencies.sum_ms / 1000,
        scale=SCALE,
        zero_count=buckets.zeros,
        # OpenTelemetry names a bucket by its lower bound.
        positive=otel.Buckets(buckets.first - 1, [int(count) for count in buckets.counts]),
        negative=otel.Buckets(0, []),
        flags=0,
        min=_ends_s(latencies)[0],
        max=_ends_s(latencies)[1],
    )


def _classic(point: Point, latencies: Latencies, state: State) -> otel.HistogramDataPoint:
    bounds, counted = zip(*classic(latencies, state.limits_s), strict=True)
    counts: Sequence[int] = np.diff([0, *counted, latencies.total]).tolist()
    return otel.HistogramDataPoint(
        attributes=_attributes(point, state),
        start_time_unix_nano=_nano(state.since),
        time_unix_nano=_nano(state.at),
        count=latencies.total,
        sum=latencies.sum_ms / 1000,
        bucket_counts=counts,
        explicit_bounds=bounds,
        min=_ends_s(latencies)[0],
        max=_ends_s(latencies)[1],
    )


def _ends_s(latencies: Latencies) -> tuple[float, float]:
    """The shortest and the longest; 0 where there are none, which a count of 0 says too."""
    return (latencies.min_ms / 1000, latencies.max_ms / 1000) if latencies.total else (0.0, 0.0)


def _attributes(point: Point, state: State) -> dict[str, str]:
    return {RUN: state.run, **{_attribute(name): value for name, value in point.labels.items()}}


def _attribute(label: str) -> str:
    """OpenTelemetry's name of a label: its conventions have `error.type`, which Prometheus spells `error_type`."""
    return "error.type" if label == _ERROR_TYPE else label


def _nano(unix_s: float) -> int:
    return int(unix_s * 1e9)
