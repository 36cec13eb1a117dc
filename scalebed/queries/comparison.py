"""Wires a study together: its bed, its folder, its report."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scalebed import paths
from scalebed.messages import EngineError, Say
from scalebed.provision import extras
from scalebed.provision.cache_folder import ready_cache
from scalebed.queries.findings import Findings
from scalebed.queries.local_bed import QueryBed
from scalebed.queries.report import sentence, write_report
from scalebed.queries.runner import run
from scalebed.queries.study import Study, StudyError, chosen, read_strategies
from scalebed.queries.study_directory import DirectoryError, StudyDirectory
from scalebed.records import runs

__all__ = ["compare", "sentence", "study"]

STRATEGIES = paths.ROOT / "apps" / "dataset" / "strategies.toml"


def study(variants: str, strategies: str, *, contacts: int, seed: int, blocks: int, budget_s: float) -> Study:
    """The study that the command line asks for; lists are separated by commas. Raises `StudyError`."""
    named = tuple(dict.fromkeys(name.strip() for name in variants.split(",") if name.strip()))
    if not named:
        raise StudyError("--variants: names none; name at least one Django variant, such as naive")
    found = chosen(read_strategies(STRATEGIES), strategies)
    return Study(contacts=contacts, seed=seed, blocks=blocks, variants=named, strategies=found, budget_s=budget_s)


def compare(wanted: Study, out: Path | None, fresh: bool, say: Say) -> tuple[Findings, StudyDirectory]:
    """Measure what is not measured yet, and write report and charts.

    Raises `StudyError`, `DirectoryError` or `EngineError` with one sentence for people.
    """
    bed = QueryBed(paths.ROOT, ready_cache(), say)
    directory = StudyDirectory(out) if out else (None if fresh else _unfinished(wanted, bed)) or _new()
    if directory.exists:
        say(f"Going on with {directory.path}.")
    run(wanted, bed, directory, say)
    findings = write_report(directory)
    try:
        with extras.wanted("charts", "the report is written, but drawing its charts"):
            # Here, since the command line is slow to start with it, and not everybody has it.
            from scalebed.queries import charts  # noqa: PLC0415

        charts.draw_all(directory, findings)
    except EngineError as error:
        say(f"{error}; the same command with --out {directory.path} then draws them.")
    return findings, directory


def _new() -> StudyDirectory:
    return StudyDirectory(runs.RUNS / f"queries-{datetime.now(UTC):%Y%m%d-%H%M%S}")


def _unfinished(wanted: Study, bed: QueryBed) -> StudyDirectory | None:
    """The newest folder of the same study, by the same code, that was interrupted."""
    now = bed.fingerprint()
    for path in sorted(runs.RUNS.glob("queries-*"), reverse=True):
        directory = StudyDirectory(path)
        try:
            manifest = directory.manifest()
        except DirectoryError:
            continue
        same = all(manifest.fingerprint.get(key) == now.get(key) for key in ("version", "commit"))
        if manifest.study == wanted and same and not directory.complete():
            return directory
    return None
