"""The metrics of a run in Prometheus's own client, which has its text formats; they know classic histograms alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from scalebed.measurement.histograms import Latencies
from scalebed.metrics.buckets import classic
from scalebed.metrics.catalogue import RUN, Metric
from scalebed.metrics.tally import State, Tally


class Families(Collector):
    """A registry's source: the state at the moment of each scrape."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def collect(self) -> Iterable[Family]:
        return families(self._tally.state())


def families(state: State) -> Iterator[Family]:
    """One for each metric that has a series."""
    for metric, points in state.by_metric():
        family = _empty(metric)
        for point in points:
            labels = [state.run, *(point.labels[name] for name in metric.labels)]
            value = point.value
            if isinstance(family, HistogramMetricFamily) and isinstance(value, Latencies):
                family.add_metric(labels, _buckets(value, state), value.sum_ms / 1000)
            elif isinstance(family, CounterMetricFamily) and not isinstance(value, Latencies):
                family.add_metric(labels, value, created=state.since)
            elif isinstance(family, GaugeMetricFamily) and not isinstance(value, Latencies):
                family.add_metric(labels, value)
        yield family


def _empty(metric: Metric) -> Family:
    names = [RUN, *metric.labels]
    kinds = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily, "histogram": HistogramMetricFamily}
    family: Family = kinds[metric.kind](metric.prometheus, metric.help, labels=names, unit=metric.prometheus_unit)
    return family


def _buckets(latencies: Latencies, state: State) -> list[tuple[str, float]]:
    counts = classic(latencies, state.limits_s)
    return [*((str(bound), count) for bound, count in counts), ("+Inf", latencies.total)]
