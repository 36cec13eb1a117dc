"""Hold a run directory to what a whole run must leave behind; print what was found."""

from __future__ import annotations

import csv
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

from scalebed.records.run_directory import RunDirectory


def main(path: Path) -> int:
    directory = RunDirectory(path)
    experiment = directory.manifest().experiment
    cells = len(experiment.variants) * len(experiment.replicas)
    repetitions = list(directory.repetitions())
    capacity = {(r.variant, r.replicas): r.capacity for r in repetitions}
    trials = list(directory.trials())
    problems = [
        f"{name} is missing or empty"
        for name in ("report.html", "report.md", "cells.csv", "junit.xml")
        if not (path / name).is_file() or (path / name).stat().st_size == 0
    ]
    if len(repetitions) != cells * experiment.blocks:
        problems.append(f"{len(repetitions)} repetitions, not {cells * experiment.blocks}")
    # Where a hypervisor or another program took this machine's CPU, that no capacity was found is the right answer.
    disturbed = {(t.cell, t.block) for t in trials if t.disturbed}
    problems += [
        f"{r.cell} in block {r.block}: {r.outcome} ({r.note})"
        for r in repetitions
        if r.capacity is None and (r.cell, r.block) not in disturbed
    ]
    problems += [
        f"{t.cell}: no CPU time of {part}"
        for t in trials
        for part in ("service", "database")
        if t.requests and not t.cpu_s_per_request.get(part)
    ]
    slowest, fastest = capacity.get(("naive", 1)), capacity.get(("optimized", 1))
    if slowest and fastest and fastest < 5 * slowest:
        problems.append(f"optimized ({fastest:.1f}/s) is not well ahead of naive ({slowest:.1f}/s)")
    if not problems:
        with (path / "cells.csv").open(encoding="utf-8") as file:
            if len(list(csv.DictReader(file))) != cells:
                problems.append("cells.csv does not hold one line a cell")
        if not list(ET.parse(path / "junit.xml").iter("testcase")):  # noqa: S314 - written by ourselves
            problems.append("junit.xml holds no test case")
    for problem in problems:
        print(f"run directory: {problem}", file=sys.stderr)
    print(f"run directory: {len(trials)} trials, capacities {capacity}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
