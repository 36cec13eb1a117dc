"""What a benchmark found: requests one by one, their summaries, and the files they are written to. Pure."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from statistics import median, quantiles
from typing import Literal

SCHEMA = 1
Phase = Literal["cold", "warm"]


@dataclass(frozen=True)
class Request:
    """One request: of which question, when, and what came of it. Times are seconds."""

    question: str
    phase: Phase
    repeat: int
    path: str
    seconds: float
    sql_seconds: float
    """Spent waiting for statements, out of `seconds`."""
    queries: int
    rows: int
    status: int
    timed_out: bool
    """A statement ran into the statement timeout: then `seconds` is how long it took to give up."""
    error: str = ""


@dataclass(frozen=True)
class Summary:
    """The requests of one phase, in short. Quartiles as the spread, since a mean would be the outliers'."""

    requests: int
    median: float
    lower: float
    upper: float
    sql_median: float
    queries: float
    rows: int
    status: int
    timeouts: int
    errors: int


@dataclass(frozen=True)
class Explained:
    """One statement of a question with its plan, and how many times a request sends it."""

    statement: str
    times: int
    plan: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A question with all its requests."""

    name: str
    group: str
    title: str
    requests: tuple[Request, ...]
    explained: tuple[Explained, ...] = ()

    def of(self, phase: Phase) -> list[Request]:
        """The requests of a phase."""
        return [request for request in self.requests if request.phase == phase]

    def summary(self, phase: Phase) -> Summary | None:
        """None where there was no such request."""
        return summarise(self.of(phase))


@dataclass(frozen=True)
class Depth:
    """A page of the list, warm: how deep it lies, and how it was reached."""

    share: float
    """How much of the list lies before the page."""
    page: int
    by: Literal["number", "link"]
    seconds: float
    status: int


@dataclass(frozen=True)
class Benchmark:
    """Everything that one run of the command found, and what it was found with."""

    variant: str
    switches: str
    contacts: int
    page_size: int
    seed: int
    started: str
    versions: Mapping[str, str]
    statement_timeout: str
    cold: Mapping[str, str]
    questions: tuple[Asked, ...]
    curve: tuple[Depth, ...]


def summarise(requests: Sequence[Request]) -> Summary | None:
    """Median and quartiles over requests of one phase; one that timed out counts with the time it was given."""
    if not requests:
        return None
    times = [request.seconds for request in requests]
    lower, _, upper = quantiles(times, n=4, method="inclusive") if len(times) > 1 else (times[0],) * 3
    return Summary(
        requests=len(requests),
        median=median(times),
        lower=lower,
        upper=upper,
        sql_median=median(request.sql_seconds for request in requests),
        queries=median(request.queries for request in requests),
        rows=requests[-1].rows,
        status=requests[-1].status,
        timeouts=sum(request.timed_out for request in requests),
        errors=sum(request.status >= 400 and not request.timed_out for request in requests),
    )


def write_json(benchmark: Benchmark, path: Path) -> None:
    """Everything, with each question's summaries beside its requests."""
    whole = {"schema": SCHEMA, **asdict(benchmark)}
    for entry, asked in zip(whole["questions"], benchmark.questions, strict=True):
        summaries = {phase: asked.summary(phase) for phase in ("cold", "warm")}
        entry["summary"] = {phase: None if found is None else asdict(found) for phase, found in summaries.items()}
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_csv(benchmark: Benchmark, path: Path) -> None:
    """One line a request."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Request)])
        for asked in benchmark.questions:
            for request in asked.requests:
                writer.writerow(asdict(request).values())
