"""The metrics of a run: names, units and labels, by the conventions of OpenTelemetry and of Prometheus.

A name is OpenTelemetry's, a unit UCUM's; Prometheus's name follows from both, as its receiver of OTLP would make it, so
that a query does not depend on the way by which a metric came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]

_SUFFIXES = {"s": "seconds", "By": "bytes"}


@dataclass(frozen=True)
class Metric:
    """`labels`: beside `RUN`, and `CELL` where the metric is of a cell."""

    name: str
    kind: Kind
    unit: str
    """UCUM; in braces what is counted, empty for what has no unit."""
    help: str
    labels: tuple[str, ...] = ()

    @property
    def prometheus(self) -> str:
        """The name of the family; a counter's with `_total`, as in its text format."""
        parts = [self.name.replace(".", "_")]
        if suffix := _SUFFIXES.get(self.unit):
            parts.append(suffix)
        elif self.unit.endswith("/s"):
            parts.append("per_second")
        if self.kind == "counter":
            parts.append("total")
        return "_".join(parts)

    @property
    def prometheus_unit(self) -> str:
        """As a unit of OpenMetrics; empty where the name has none."""
        return _SUFFIXES.get(self.unit, "")


RUN = "run"
"""A run's folder; every series has it."""
CELL = ("cell", "variant", "scale")
"""What is measured: its id, the variant, and its replicas (`1-3` where an autoscaler owns their number)."""

RUN_INFO = Metric("scalebed.run.info", "gauge", "", "What is measured: 1.", ("experiment", "kind", "workload"))
REPETITIONS = Metric("scalebed.run.repetitions", "gauge", "{repetition}", "Repetitions that the run has.")
REPETITIONS_DONE = Metric("scalebed.run.repetitions.done", "gauge", "{repetition}", "Repetitions that are over.")
REMAINING = Metric("scalebed.run.remaining", "gauge", "s", "Expected time until the end of the run.")
SLO_LATENCY = Metric(
    "scalebed.slo.latency", "gauge", "s", "The latency that the SLO's quantile may have, of its first limit."
)
SLO_QUANTILE = Metric("scalebed.slo.quantile", "gauge", "", "The quantile that the SLO is about, from 0 to 1.")
SLO_ERRORS = Metric("scalebed.slo.errors", "gauge", "", "The share of requests that may fail by the SLO, from 0 to 1.")

DURATION = Metric(
    "scalebed.request.duration",
    "histogram",
    "s",
    "Time from when a request was due to the end of its answer, of those that succeeded.",
    CELL,
)
JUDGED = Metric(
    "scalebed.slo.requests", "counter", "{request}", "Requests that the SLO's first limit of latencies is about.", CELL
)
MISSED = Metric(
    "scalebed.slo.requests.missed",
    "counter",
    "{request}",
    "Of these, what was slower than the limit; what failed, too, unless the limit is of successes.",
    CELL,
)
ERRORS = Metric(
    "scalebed.request.errors",
    "counter",
    "{request}",
    "Requests that failed, those never sent among them (dropped).",
    (*CELL, "error_type"),
)
ARRIVALS = Metric(
    "scalebed.arrivals", "counter", "{arrival}", "Arrivals that the schedule asked for, made or not.", CELL
)
IN_FLIGHT = Metric("scalebed.requests.in_flight", "gauge", "{request}", "Requests under way.", CELL)
LAG = Metric(
    "scalebed.arrival.lag",
    "gauge",
    "s",
    "The most an arrival of the last second was late, the generator's fault.",
    CELL,
)
TRIAL = Metric("scalebed.trial.info", "gauge", "", "The trial under way: 1.", (*CELL, "block", "index", "purpose"))
ELAPSED = Metric("scalebed.trial.elapsed", "gauge", "s", "Time since the first arrival of the trial under way.", CELL)
RATE_ASKED = Metric(
    "scalebed.trial.rate",
    "gauge",
    "{arrival}/s",
    "The rate of arrivals that the trial under way asks for, without what a fault adds.",
    CELL,
)
USERS = Metric(
    "scalebed.trial.users", "gauge", "{user}", "The most users of the trial under way, in a closed model.", CELL
)
TRIALS = Metric("scalebed.trials", "counter", "{trial}", "Trials that are over.", (*CELL, "verdict"))
CAPACITY = Metric(
    "scalebed.capacity",
    "gauge",
    "",
    "What a repetition found, in `of` (requests or journeys) a second: estimate and bounds; blocks count from 0.",
    (*CELL, "block", "bound", "of"),
)

CPU = Metric("scalebed.cpu.time", "counter", "s", "CPU time that a part has used.", (*CELL, "part"))
THROTTLED = Metric(
    "scalebed.cpu.throttled",
    "counter",
    "s",
    "Time in which its quota of CPU held a part back, over all its replicas.",
    (*CELL, "part"),
)
QUOTA = Metric(
    "scalebed.cpu.quota",
    "gauge",
    "{cpu}",
    "Cores that all replicas of the service may use together; none where an autoscaler owns their number.",
    CELL,
)
MEMORY = Metric("scalebed.memory.usage", "gauge", "By", "Resident memory of a part.", (*CELL, "part"))
HOST_CPU = Metric(
    "scalebed.host.cpu.time", "counter", "s", "CPU time of the host: busy, or stolen by others.", (*CELL, "state")
)
REPLICAS = Metric(
    "scalebed.replicas",
    "gauge",
    "{replica}",
    "Replicas of the service by state; all alike where no autoscaler owns their number.",
    (*CELL, "state"),
)
REPLICAS_LIMIT = Metric("scalebed.replicas.limit", "gauge", "{replica}", "Replicas that there can be at most.", CELL)
SIGNAL = Metric(
    "scalebed.autoscaler.signal", "gauge", "", "What the autoscaler read last, as a share of its target.", CELL
)

METRICS = (
    RUN_INFO,
    REPETITIONS,
    REPETITIONS_DONE,
    REMAINING,
    SLO_LATENCY,
    SLO_QUANTILE,
    SLO_ERRORS,
    TRIAL,
    ELAPSED,
    RATE_ASKED,
    USERS,
    ARRIVALS,
    DURATION,
    JUDGED,
    MISSED,
    ERRORS,
    IN_FLIGHT,
    LAG,
    TRIALS,
    CAPACITY,
    CPU,
    THROTTLED,
    QUOTA,
    MEMORY,
    HOST_CPU,
    REPLICAS,
    REPLICAS_LIMIT,
    SIGNAL,
)
"""All of them, in the order in which a page or a scrape has them."""
