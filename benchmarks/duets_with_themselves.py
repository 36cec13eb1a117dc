"""What the same service, measured twice, differs by from itself: in duets, and one after the other.

    python benchmarks/duets_with_themselves.py [--blocks 10] [--out FOLDER] [RUN …]

Without runs it makes one: a service and four that are the same, beside it, at one rate. Of each duet the ratio is taken
of its own two sides; and, as if there had been no duets, of its first side to the second of the next duet of the same
block, which ran a minute earlier or later on the same requests. Five blocks each are a comparison, as shipped ones have
them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report.findings.duets import Pairs, pairs
from scalebed.report.findings.gathering import gather
from scalebed.statistics import intervals
from scalebed.statistics.intervals import Interval, most_share

SAME = 4
BLOCKS = 5
READ: Mapping[str, Callable[[Trial], float]] = {
    "CPU a request": lambda trial: trial.serving_cpu_s_per_request,
    "database time": lambda trial: trial.database_time_s_per_request or 0.0,
    "p95": lambda trial: trial.latency_ms["p95"],
}


def experiment(blocks: int) -> str:
    same = "".join(f"    - {{name: same-{number}, service: optimized}}\n" for number in range(1, SAME + 1))
    return f"""\
name: duets-with-themselves
kind: matrix
engine: local
dataset: {{contacts: 100000}}
matrix:
  variants:
    - optimized
{same}duet: true
cpu_per_replica: 0.25
workload: browse
slo: {{percentile: 95, latency_ms: 1000, error_rate: 0.01}}
rate: 40
duration: 20s
blocks: {blocks}
"""


def compared(ratios: Mapping[int, float]) -> list[Interval]:
    """Five blocks at a time, what is left over left out."""
    fives = zip(*[iter(sorted(ratios))] * BLOCKS, strict=False)
    found = [intervals.geometric(ratios[block] for block in five) for five in fives]
    return [each for each in found if each is not None]


def together(found: Sequence[Pairs], read: Callable[[Trial], float]) -> list[Interval]:
    return [
        each
        for pair in found
        for each in compared({block: read(trial) / read(pair.other[block]) for block, trial in pair.own.items()})
    ]


def apart(found: Sequence[Pairs], read: Callable[[Trial], float]) -> list[Interval]:
    following = [*found[1:], *found[:1]]
    return [
        each
        for pair, later in zip(found, following, strict=True)
        for each in compared(
            {block: read(t) / read(later.other[block]) for block, t in pair.own.items() if block in later.other}
        )
    ]


def line(measure: str, way: str, found: Sequence[Interval]) -> str:
    if not found:
        return f"| {measure} | {way} | – | – | – | none yet |"
    widths = sorted(each.relative_half_width or 0.0 for each in found)
    floors = sorted(intervals.floor(each) for each in found)
    claims = sum(bool(intervals.differs(each)) for each in found)
    told = f"{claims} of {len(found)} (≤ {most_share(claims, len(found)):.0%})"
    middle = f"±{widths[len(widths) // 2]:.1%}"
    return f"| {measure} | {way} | {middle} | {floors[len(floors) // 2]:.3f} × | {floors[-1]:.3f} × | {told} |"


def table(runs: Sequence[Path]) -> str:
    found: list[Pairs] = []
    for run in runs:
        gathered = gather(RunDirectory(run))
        base, *others = (variant.name for variant in gathered.manifest.experiment.variants)
        found += [pairs(gathered, f"{name}-x1", f"{base}-x1") for name in others]
    head = "| measure | the two ran | ± half-width of the ratio | floor, median | floor, most | a difference claimed |"
    lines = [head, "|---|---|---:|---:|---:|---:|"]
    for measure, read in READ.items():
        for way, of in (("a minute apart", apart(found, read)), ("at the same time", together(found, read))):
            lines.append(line(measure, way, of))
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--blocks", type=int, default=10)
    parser.add_argument("--out", type=Path, default=None, help="a folder for the table")
    parser.add_argument("runs", type=Path, nargs="*")
    known = parser.parse_args()
    runs = known.runs
    if not runs:
        folder = Path(tempfile.mkdtemp(prefix="duets-with-themselves-"))
        (folder / "experiment.yaml").write_text(experiment(known.blocks), encoding="utf-8")
        runs = [folder / "run"]
        words = [sys.executable, "-m", "scalebed", "run", str(folder / "experiment.yaml"), "--out", str(runs[0])]
        if subprocess.run(words, check=False).returncode not in (0, 1, 3):
            sys.exit(1)
    made = table(runs)
    print(made, end="")
    if known.out is not None:
        (known.out / "live.md").write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
