"""Grafana's dashboard of a run, as code: the same figures as the page of `scalebed run --web` has."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from grafana_foundation_sdk.builders import common, dashboard, heatmap, prometheus, stat, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import (
    BigValueGraphMode,
    BigValueTextMode,
    LegendDisplayMode,
    LegendPlacement,
)
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

WHERE = Path("monitoring") / "grafana" / "dashboards" / "scalebed-run.json"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_CELL = 'run="$run",cell=~"$cell"'
_ANY = 'run="$run"'
_DURATION = f"scalebed_request_duration_seconds{{{_CELL}}}"

Form = Literal["stat", "lines", "heatmap"]


@dataclass(frozen=True)
class Graph:
    """A panel: queries by legend, in units of Grafana's."""

    title: str
    description: str
    queries: Mapping[str, str]
    unit: str = "short"
    form: Form = "lines"
    width: int = 12
    height: int = 8


@dataclass(frozen=True)
class Part:
    """A row of the dashboard."""

    title: str
    graphs: Sequence[Graph]


def _rate(metric: str, by: str = "cell", window: str = "$__rate_interval") -> str:
    """Of the greatest of alike series: a run may be told by two ways at once."""
    return f"max by ({by}) (rate({metric}{{{_CELL}}}[{window}]))"


def _used(metric: str, by: str) -> str:
    """What is read of CPU: in a cluster each 10 s or so, so that a shorter window would show steps."""
    return _rate(metric, by, "1m")


def _quantile(quantile: str) -> str:
    return f"histogram_quantile({quantile}, sum by (cell) (rate({_DURATION}[$__rate_interval])))"


PARTS = (
    Part(
        "The run",
        [
            Graph(
                "Repetitions done",
                "Of those that the run has.",
                {"done": f"scalebed_run_repetitions_done{{{_ANY}}}", "of": f"scalebed_run_repetitions{{{_ANY}}}"},
                form="stat",
                width=5,
                height=4,
            ),
            Graph(
                "Time left",
                "Expected until the end of the run.",
                {"": f"scalebed_run_remaining_seconds{{{_ANY}}}"},
                unit="s",
                form="stat",
                width=4,
                height=4,
            ),
            Graph(
                "SLO",
                "The latency that the quantile may have.",
                {"": f"scalebed_slo_latency_seconds{{{_ANY}}}"},
                unit="s",
                form="stat",
                width=4,
                height=4,
            ),
            Graph(
                "Trials",
                "Over so far, by verdict.",
                {"{{verdict}}": f"sum by (verdict) (max by (cell, verdict) (scalebed_trials_total{{{_CELL}}}))"},
                form="stat",
                width=6,
                height=4,
            ),
            Graph(
                "Capacity",
                "What the finished repetitions found.",
                {"{{cell}}, block {{block}}": f'scalebed_capacity{{{_CELL},bound="estimate"}}'},
                form="stat",
                width=5,
                height=4,
            ),
        ],
    ),
    Part(
        "Load and answers",
        [
            Graph(
                "Arrivals and answers",
                "What the schedule asks for, what was due, and what succeeded, a second.",
                {
                    "{{cell}} asked": f"scalebed_trial_rate_per_second{{{_CELL}}}",
                    "{{cell}} due": _rate("scalebed_arrivals_total"),
                    "{{cell}} succeeded": f"max by (cell) (histogram_count(rate({_DURATION}[$__rate_interval])))",
                },
                unit="reqps",
            ),
            Graph(
                "Latency",
                "Quantiles of what succeeded, from when it was due, beside the SLO's limit.",
                {
                    "{{cell}} median": _quantile("0.5"),
                    "{{cell}} at the SLO's quantile": _quantile(f"scalar(max(scalebed_slo_quantile{{{_ANY}}}))"),
                    "limit": f"scalebed_slo_latency_seconds{{{_ANY}}}",
                },
                unit="s",
            ),
            Graph(
                "Latencies",
                "All that succeeded, from native histograms.",
                {"": f"sum (rate({_DURATION}[$__rate_interval]))"},
                unit="s",
                form="heatmap",
            ),
            Graph(
                "Failures",
                "A second, by kind; dropped arrivals found no virtual user.",
                {"{{cell}} {{error_type}}": _rate("scalebed_request_errors_total", "cell, error_type")},
                unit="reqps",
            ),
            Graph(
                "Beyond the limit",
                "The share that was slower than the SLO's first limit or failed, beside what that lets be.",
                {
                    "{{cell}}": f"scalebed:slo_requests_missed:ratio_rate15s{{{_CELL}}}",
                    "SLO": f"1 - scalebed_slo_quantile{{{_ANY}}}",
                },
                unit="percentunit",
            ),
            Graph(
                "In flight",
                "Requests under way.",
                {"{{cell}}": f"scalebed_requests_in_flight{{{_CELL}}}"},
            ),
        ],
    ),
    Part(
        "What it takes",
        [
            Graph(
                "CPU by part",
                "In cores; the service beside its quota.",
                {
                    "{{cell}} {{part}}": _used("scalebed_cpu_time_seconds_total", "cell, part"),
                    "{{cell}} quota": f"scalebed_cpu_quota{{{_CELL}}}",
                },
            ),
            Graph(
                "Held back by the quota",
                "Seconds a second in which its quota held a part back, over all its replicas.",
                {"{{cell}} {{part}}": _used("scalebed_cpu_throttled_seconds_total", "cell, part")},
                unit="s",
            ),
            Graph(
                "Memory by part",
                "Resident.",
                {"{{cell}} {{part}}": f"scalebed_memory_usage_bytes{{{_CELL}}}"},
                unit="bytes",
            ),
            Graph(
                "Replicas",
                "By state, beside the most that there can be.",
                {
                    "{{cell}} {{state}}": f"scalebed_replicas{{{_CELL}}}",
                    "{{cell}} limit": f"scalebed_replicas_limit{{{_CELL}}}",
                },
            ),
            Graph(
                "Signal of the autoscaler",
                "As a share of its target; empty where no autoscaler is measured.",
                {"{{cell}}": f"scalebed_autoscaler_signal{{{_CELL}}}"},
                unit="percentunit",
            ),
        ],
    ),
    Part(
        "Whether the figures can be trusted",
        [
            Graph(
                "Lateness of the generator",
                "The most an arrival of a second was late.",
                {"{{cell}}": f"scalebed_arrival_lag_seconds{{{_CELL}}}"},
                unit="s",
            ),
            Graph(
                "CPU of the host",
                "In cores: busy, and stolen by others.",
                {"{{state}}": _used("scalebed_host_cpu_time_seconds_total", "state")},
            ),
        ],
    ),
)


def files(root: Path) -> Mapping[Path, str]:
    """The dashboard's file, as Grafana's provisioning reads it."""
    made = (
        dashboard.Dashboard("Scalebed: a run")
        .uid("scalebed-run")
        .description("What scalebed run --prometheus, --remote-write or --otlp tells.")
        .tags(["scalebed"])
        .readonly()
        .refresh("5s")
        .time("now-15m", "now")
        .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus").label("Prometheus"))
        .with_variable(_variable("run", "scalebed_run_info", "run"))
        .with_variable(
            _variable("cell", 'scalebed_request_duration_seconds{run="$run"}', "cell").include_all(True).multi(True)
        )
    )
    number = itertools.count(1)
    for part in PARTS:
        made = made.with_row(dashboard.Row(part.title).id(next(number)))
        for graph in part.graphs:
            made = made.with_panel(_panel(graph).id(next(number)))
    return {root / WHERE: JSONEncoder(sort_keys=True, indent=2).encode(made.build()) + "\n"}


def _variable(name: str, of: str, label: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .query(f"label_values({of}, {label})")
        .datasource(_SOURCE)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
    )


def _panel(graph: Graph) -> stat.Panel | timeseries.Panel | heatmap.Panel:
    made = (
        _empty(graph.form)
        .title(graph.title)
        .description(graph.description)
        .datasource(_SOURCE)
        .unit(graph.unit)
        .span(graph.width)
        .height(graph.height)
    )
    for letter, (legend, query) in zip("ABCDEFGH", graph.queries.items(), strict=False):
        asked = prometheus.Dataquery().ref_id(letter).expr(query).datasource(_SOURCE)
        if legend:
            asked = asked.legend_format(legend)
        if graph.form == "stat":
            asked = asked.instant()
        elif graph.form == "heatmap":
            asked = asked.range().format(PromQueryFormat.HEATMAP)
        else:
            asked = asked.range()
        made = made.with_target(asked)
    return made


def _empty(form: Form) -> stat.Panel | timeseries.Panel | heatmap.Panel:
    if form == "stat":
        return stat.Panel().text_mode(BigValueTextMode.VALUE_AND_NAME).graph_mode(BigValueGraphMode.NONE)
    if form == "heatmap":
        return heatmap.Panel().calculate(calculate=False)
    below = common.VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM)
    return timeseries.Panel().min(0).legend(below.show_legend(show_legend=True))
