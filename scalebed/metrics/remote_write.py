"""Prometheus's remote write 1.0, with native histograms beside classic ones.

https://prometheus.io/docs/specs/prw/remote_write_spec/
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import unquote, urlsplit

import cramjam
import requests
from requests.auth import HTTPBasicAuth

from scalebed.measurement.histograms import Latencies
from scalebed.messages import UserError
from scalebed.metrics.buckets import SCALE, ZERO_S, classic, exponential, spans
from scalebed.metrics.catalogue import METRICS, RUN
from scalebed.metrics.pushing import STALE
from scalebed.metrics.tally import State
from scalebed.metrics.wire import remote_write_pb2 as wire

HEADERS = "SCALEBED_REMOTE_WRITE_HEADERS"
"""A variable with headers such as `Authorization=Bearer …`, several of them after commas: no secret stands on a
command line."""
INTERVAL_S = 5.0
_TIMEOUT_S = 5.0
_NATIVE = {metric.prometheus for metric in METRICS if metric.kind == "histogram"}
_TYPES = {"counter": wire.COUNTER, "gauge": wire.GAUGE, "histogram": wire.HISTOGRAM}

_Key = tuple[tuple[str, str], ...]


class RemoteWriteError(UserError):
    """One sentence: which URL or header, and what to do."""


class RemoteWriter:
    """One receiver. A series that is no longer there is told to have ended."""

    name = "Remote write"

    def __init__(self, url: str, environment: Mapping[str, str] = os.environ) -> None:
        """Raises RemoteWriteError."""
        try:
            parts = urlsplit(url)
            known = parts.scheme in {"http", "https"} and bool(parts.hostname)
            _ = parts.port
        except ValueError:
            known = False
        if not known:
            raise RemoteWriteError("--remote-write: is no URL; name one such as http://127.0.0.1:9090/api/v1/write")
        self._url = url
        self._where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        self._headers = _headers(environment.get(HEADERS, ""))
        # As a scrape would add them. Two runs of one name, on two machines say, are two series.
        self._origin = {"job": "scalebed", "instance": str(uuid.uuid4())}
        # Said in any case, or a file of passwords (netrc) would take the place of what is given here.
        self._authorise = _given(parts.username, parts.password)
        self._sent: set[_Key] = set()

    def send(self, state: State) -> str | None:
        series, at = dict(all_series(state, self._origin)), int(state.at * 1000)
        metadata = [
            wire.MetricMetadata(
                type=_TYPES[metric.kind],
                metric_family_name=metric.prometheus,
                help=metric.help,
                unit=metric.prometheus_unit,
            )
            for metric, _ in state.by_metric()
        ]
        timeseries = [*series.values(), *(_stale(key, at) for key in self._sent - series.keys())]
        why = self._request(wire.WriteRequest(timeseries=timeseries, metadata=metadata))
        # Where the answer did not come, what was sent may have been taken all the same.
        self._sent = set(series) if why is None else self._sent | set(series)
        return why

    def end(self, state: State) -> str | None:
        """The last values, and after them that all series have ended."""
        why = self.send(state)
        if why is None:
            at = int(state.at * 1000) + 1
            why = self._request(wire.WriteRequest(timeseries=(_stale(key, at) for key in self._sent)))
        return why

    def _request(self, request: wire.WriteRequest) -> str | None:
        body = bytes(cramjam.snappy.compress_raw(request.SerializeToString()))
        headers = {
            **self._headers,
            "Content-Encoding": "snappy",
            "Content-Type": "application/x-protobuf",
            "User-Agent": "scalebed",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
        }
        try:
            answer = requests.post(
                self._url,
                body,
                headers=headers,
                auth=self._authorise,
                timeout=_TIMEOUT_S,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            return f"{self._where} cannot be reached ({type(error).__name__})"
        if answer.ok and not answer.is_redirect:
            return None
        said = answer.text.strip().partition("\n")[0][:200]
        return f"{self._where} answered {answer.status_code}{f' ({said})' if said else ''}"


def _given(user: str | None, password: str | None) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    if user is None:
        return lambda request: request
    return HTTPBasicAuth(unquote(user), unquote(password or ""))


def all_series(state: State, origin: Mapping[str, str]) -> Iterator[tuple[_Key, wire.TimeSeries]]:
    """Each series by its labels, which are sorted; a histogram is a native one and the series of a classic one.

    `origin`: labels that all of them have besides.
    """
    at = int(state.at * 1000)
    for metric, points in state.by_metric():
        for point in points:
            labels = {**origin, RUN: state.run, **point.labels}
            value = point.value
            if isinstance(value, Latencies):
                yield from _histogram(metric.prometheus, labels, value, state)
            else:
                yield _number(metric.prometheus, labels, value, at)


def _histogram(
    name: str, labels: Mapping[str, str], latencies: Latencies, state: State
) -> Iterator[tuple[_Key, wire.TimeSeries]]:
    at, native = int(state.at * 1000), exponential(latencies)
    runs, deltas = spans(native.counts, native.first)
    key = _key(name, labels)
    histogram = wire.Histogram(
        count_int=latencies.total,
        sum=latencies.sum_ms / 1000,
        schema=SCALE,
        zero_threshold=ZERO_S,
        zero_count_int=native.zeros,
        positive_spans=[wire.BucketSpan(offset=offset, length=length) for offset, length in runs],
        positive_deltas=deltas,
        timestamp=at,
    )
    yield key, wire.TimeSeries(labels=_wired(key), histograms=[histogram])
    for bound, count in classic(latencies, state.limits_s):
        yield _number(f"{name}_bucket", {**labels, "le": str(bound)}, count, at)
    yield _number(f"{name}_bucket", {**labels, "le": "+Inf"}, latencies.total, at)
    yield _number(f"{name}_sum", labels, latencies.sum_ms / 1000, at)
    yield _number(f"{name}_count", labels, latencies.total, at)


def _number(name: str, labels: Mapping[str, str], value: float, at: int) -> tuple[_Key, wire.TimeSeries]:
    key = _key(name, labels)
    return key, wire.TimeSeries(labels=_wired(key), samples=[wire.Sample(value=value, timestamp=at)])


def _stale(key: _Key, at: int) -> wire.TimeSeries:
    if dict(key)["__name__"] in _NATIVE:
        return wire.TimeSeries(labels=_wired(key), histograms=[wire.Histogram(sum=STALE, timestamp=at)])
    return wire.TimeSeries(labels=_wired(key), samples=[wire.Sample(value=STALE, timestamp=at)])


def _key(name: str, labels: Mapping[str, str]) -> _Key:
    # An empty label is none.
    return tuple(sorted({"__name__": name, **{k: v for k, v in labels.items() if v}}.items()))


def _wired(key: _Key) -> list[wire.Label]:
    return [wire.Label(name=name, value=value) for name, value in key]


def _headers(text: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in text.split(",") if each.strip()]
    if any(not equals or not name.strip() for name, equals, _ in pairs):
        raise RemoteWriteError(f"{HEADERS}: is no list of NAME=VALUE with commas between; mend it")
    return {name.strip(): value.strip() for name, _, value in pairs}
