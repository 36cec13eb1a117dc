"""A study's report: one sentence and one table as Markdown, every figure as CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import asdict

from scalebed.queries.findings import Cell, Cost, Findings, find
from scalebed.queries.study import BASELINE, WRITES
from scalebed.queries.study_directory import Manifest, StudyDirectory
from scalebed.records.run_directory import RunDirectory
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval

_RATIOS = ("ratio", "ratio_lower", "ratio_upper")
_LEGEND = (
    "The baseline's column has ms a warm request; the others say how many times as fast, with 95% intervals from three "
    "blocks on. `>` is a statement that ran into the timeout; `≥` and `≤` are bounds for that reason. Below, what each "
    "strategy costs: writes as shares of the baseline's."
)


def write_report(directory: StudyDirectory) -> Findings:
    """Write `report.md`, `cells.csv` and `findings.json` from what was measured; returns what they say."""
    manifest = directory.manifest()
    findings = find(manifest.study, directory.builds(), directory.readings(), directory.writings())
    RunDirectory.write(directory.path / "report.md", markdown(findings, manifest))
    RunDirectory.write(directory.path / "cells.csv", spreadsheet(findings))
    RunDirectory.write(directory.path / "findings.json", as_json(findings))
    return findings


def sentence(findings: Findings) -> str:
    """Which strategy is fastest and which is so for little, with the figures and the price."""
    chosen = findings.best()
    if chosen is None:
        return "Nothing can be said yet: no strategy was measured beside the baseline."
    variant, name = chosen
    gain, contacts = findings.overall[variant, name], f"{findings.study.contacts:,} contacts"
    surely = gain.estimate if gain.lower is None else gain.lower
    if surely <= 1:
        return f"Leave it at Django's keys: on {contacts} no strategy is surely faster over all questions."
    others = [
        f"{other} {figures.ratio(other_gain)}"
        for (other, of), other_gain in findings.overall.items()
        if of == name and other != variant
    ]
    elsewhere = f" ({figures.listing(others)})" if others else ""
    speed = f"over all questions on {contacts}, {variant} is {figures.ratio(gain)} as fast as with Django's keys alone"
    said = [f"Most is gained with {_named(findings, name)}: {speed}{elsewhere}{_price(findings, name)}."]
    frugal = findings.frugal(variant)
    if frugal and frugal != name and findings.overall[variant, frugal].estimate > 1:
        kept = figures.ratio(findings.overall[variant, frugal])
        said.append(
            f"Of those that keep at least half of the inserts, {_named(findings, frugal)} gains most: "
            f"{kept}{_price(findings, frugal)}."
        )
    if gain.lower is None:
        said.append("No interval: it takes three blocks to have one.")
    return " ".join(said)


def _named(findings: Findings, name: str) -> str:
    strategy = next(strategy for strategy in findings.study.strategies if strategy.name == name)
    return f"`{name}` ({strategy.description})"


def _price(findings: Findings, name: str) -> str:
    cost, base = findings.cost(name), findings.cost(BASELINE)
    if cost is None or base is None:
        return ""
    insert = cost.slowdown.get("insert")
    prices = [f"{cost.bytes / base.bytes:.1f} × the disk", f"{cost.build_seconds:,.0f} s of building"]
    if insert:
        prices.append(f"{insert.estimate:.0%} of the single inserts a second")
    return f", for {figures.listing(prices)}"


def markdown(findings: Findings, manifest: Manifest) -> str:
    """The report as a page."""
    study = findings.study
    blocks = "block" if study.blocks == 1 else "blocks, each in its own random order"
    lines = [
        "# Queries by strategy",
        "",
        sentence(findings),
        "",
        f"{study.contacts:,} contacts (seed {study.seed}), {study.blocks} {blocks}. {_LEGEND}",
        "",
        *_table(findings),
        "",
        "| strategy | what it is |",
        "|---|---|",
        *(f"| {strategy.name} | {strategy.description} |" for strategy in study.strategies),
        "",
        *_provenance(manifest),
        "",
    ]
    return "\n".join(lines)


def _provenance(manifest: Manifest) -> list[str]:
    host = manifest.fingerprint.get("host")
    named = host if isinstance(host, dict) else {}
    study, dirty = manifest.study, " with changes" if manifest.fingerprint.get("dirty") else ""
    names = ",".join(strategy.name for strategy in study.strategies)
    where = f"{named.get('cores')} cores of {named.get('cpu_model')}"
    commit, version = manifest.fingerprint.get("commit"), manifest.fingerprint.get("version")
    command = (
        f"{'./scripts/scalebed' if commit else 'scalebed'} queries "
        f"--contacts {study.contacts} --blocks {study.blocks} --seed {study.seed} "
        f"--budget {study.budget_s:g} --variants {','.join(study.variants)} --strategies {names}"
    )
    code = f"at commit {commit}{dirty}" if commit else f"by Scalebed {version}"
    measured = f"Measured {manifest.started} {code}, on {where}"
    return [
        f"{measured}; `manifest.json` has the whole fingerprint. To measure it again:",
        "",
        "```sh",
        command,
        "```",
    ]


def _table(findings: Findings) -> list[str]:
    names = [strategy.name for strategy in findings.study.strategies]
    lines = [f"| Question | What is asked | {' | '.join(names)} |", f"|---|---|{'---:|' * len(names)}"]

    def add(name: str, what: str, cells: Iterable[str]) -> None:
        lines.append(f"| {name} | {what} | {' | '.join(cells)} |")

    for variant in findings.study.variants:
        for question, title in findings.questions(variant).items():
            add(f"{variant}: {question}", title, (_cell(findings.cell(variant, question, name)) for name in names))
        gains = ["1" if name == BASELINE else _interval(findings.overall.get((variant, name))) for name in names]
        add(f"{variant}: all", "the geometric mean", (f"**{gain}**" for gain in gains))
    costs = [findings.cost(name) for name in names]
    add("cost: to build", "seconds", (f"{cost.build_seconds:,.1f}" if cost else "" for cost in costs))
    add("cost: on disk", "MB of the database", (f"{cost.bytes / 2**20:,.0f}" if cost else "" for cost in costs))
    for kind in dict.fromkeys(kind for cost in findings.costs for kind in cost.writes):
        add(f"cost: {kind}", WRITES[kind], (_write(cost, kind) for cost in costs))
    return lines


def _cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if cell.strategy == BASELINE or cell.speedup is None:
        return f"{'> ' if cell.timed_out else ''}{figures.figure(1000 * cell.seconds.estimate)} ms"
    return f"{cell.bound} {_interval(cell.speedup)}".strip()


def _write(cost: Cost | None, kind: str) -> str:
    if cost is None or kind not in cost.writes:
        return ""
    if cost.strategy == BASELINE:
        return f"{figures.figure(cost.writes[kind].estimate)} a second"
    return _interval(cost.slowdown.get(kind))


def _interval(interval: Interval | None) -> str:
    return figures.interval(interval) if interval else ""


def spreadsheet(findings: Findings) -> str:
    """One line a variant, question and strategy, then one a strategy and kind of write."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    heads = ("estimate", "lower", "upper", "blocks")
    writer.writerow(("variant", "question", "strategy", "unit", *heads, "cold_s", "queries", "timed_out", *_RATIOS))
    for cell in findings.cells:
        extra = (cell.cold_seconds, cell.queries, cell.timed_out)
        writer.writerow(
            (cell.variant, cell.question, cell.strategy, "s", *_numbers(cell.seconds), *extra, *_limits(cell.speedup))
        )
    for cost in findings.costs:
        for kind, rate in cost.writes.items():
            ratio = _limits(cost.slowdown.get(kind))
            writer.writerow(("", kind, cost.strategy, "1/s", *_numbers(rate), None, None, None, *ratio))
    return file.getvalue()


def _numbers(interval: Interval) -> tuple[float | int | None, ...]:
    return interval.estimate, interval.lower, interval.upper, interval.n


def _limits(interval: Interval | None) -> tuple[float | None, ...]:
    return (None,) * 3 if interval is None else (interval.estimate, interval.lower, interval.upper)


def as_json(findings: Findings) -> str:
    """Every figure, for a program."""
    return (
        json.dumps(
            {
                "study": findings.study.model_dump(mode="json"),
                "sentence": sentence(findings),
                "cells": [asdict(cell) for cell in findings.cells],
                "overall": [
                    {"variant": variant, "strategy": strategy, **asdict(gain)}
                    for (variant, strategy), gain in findings.overall.items()
                ],
                "costs": [asdict(cost) for cost in findings.costs],
            },
            indent=1,
            ensure_ascii=False,
        )
        + "\n"
    )
