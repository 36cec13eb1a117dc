"""What the lines of one load come to: requests, errors and exact percentiles over all of its generators."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scalebed.histograms import HistogramError, merge

_MARK = '{"scalebed":1,'
ALL = "all"
"""Stands for every endpoint together."""


class LinesError(ValueError):
    """One sentence: which line cannot be read, or that there is none."""


@dataclass(frozen=True)
class EndpointSummary:
    """`errors` are responses other than 2xx, or none at all; latencies are of all requests, in ms."""

    endpoint: str
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Summary:
    """The endpoints by name, and all of them last. `due` arrivals include `dropped` ones, which found no free VU."""

    endpoints: Sequence[EndpointSummary]
    due: int
    dropped: int
    failures: Sequence[str]
    """What went wrong with a generator itself, each once."""


@dataclass
class _Tally:
    requests: int = 0
    errors: int = 0
    histograms: list[str] = field(default_factory=list)

    def add(self, line: Mapping[str, Any]) -> None:
        self.requests += line["count"]
        self.errors += 0 if 200 <= line["status"] < 300 else line["count"]
        self.histograms.append(line["histogram"])

    def summary(self, endpoint: str) -> EndpointSummary:
        merged = merge(self.histograms)
        percentiles = (merged.percentile_ms(percentile) for percentile in (50, 95, 99))
        return EndpointSummary(endpoint, self.requests, self.errors, *percentiles)


def summarize(rows: Iterable[str]) -> Summary:
    """Sum up the lines of loadtest/README.md, whatever else stands between them. Raises LinesError."""
    tallies: defaultdict[str, _Tally] = defaultdict(_Tally)
    due = dropped = seen = 0
    failures: dict[str, None] = {}
    for number, row in enumerate(rows, 1):
        if not row.startswith(_MARK):
            continue
        seen += 1
        try:
            line = json.loads(row)
            if line["type"] == "endpoint":
                for name in (line["endpoint"], ALL):
                    tallies[name].add(line)
            elif line["type"] == "generator":
                due += line["arrivals"] + line["dropped"]
                dropped += line["dropped"]
            elif line["type"] == "failure":
                failures[line["message"]] = None
        except (ValueError, KeyError, TypeError) as error:
            raise LinesError(
                f"line {number} begins like a line of k6's output but cannot be read: {row[:80]}"
            ) from error
    if not seen:
        raise LinesError("there is no line of k6's output scalebed: give what a runner wrote to its log")
    try:
        endpoints = [tally.summary(name) for name, tally in sorted(tallies.items(), key=_all_last)]
    except HistogramError as error:
        raise LinesError(str(error)) from error
    return Summary(endpoints, due, dropped, tuple(failures))


def _all_last(item: tuple[str, _Tally]) -> tuple[bool, str]:
    return item[0] == ALL, item[0]
