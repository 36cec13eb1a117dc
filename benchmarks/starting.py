"""Print what it takes to start a replica of each service and to have it: until it is ready, its CPU, its memory, and
how long it takes to end.

    python benchmarks/starting.py nethttp express fastapi:cache=off optimized:cache=off

Arms are those of saturation.py. All of them run, idle, beside one more replica of each that is started, asked for
single contacts, and ended, in rounds of an order drawn anew. A replica has its quota from the start, as a pod has its
limit. Ready is when `/readyz` answers 200, looked for every 50 ms. Memory is the working set of its control group;
pages of programs that another group was charged for first are not in it, and here one of the same service runs beside.
With --out the table and each start go into a folder, from whose starts --again makes the table anew.
"""

from __future__ import annotations

import argparse
import csv
import random
import signal
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from functools import partial
from pathlib import Path

from bed import bed, say
from saturation import Arm, asked, saturate, wanted_of

from scalebed.engines.local.parts.replicas import Replica, wait_ready
from scalebed.engines.local.rig import Rig
from scalebed.statistics import intervals

MIB = 2**20


@dataclass(frozen=True)
class Start:
    """One start: seconds, and MiB."""

    ready_s: float
    cpu_s: float
    memory_idle_mib: float
    memory_used_mib: float
    end_s: float


HEADS = {
    "ready_s": "ready after, s",
    "cpu_s": "CPU until then, s",
    "memory_idle_mib": "memory when ready, MiB",
    "memory_used_mib": "memory after reads, MiB",
    "end_s": "ended within, s",
}


def start(more: Callable[[], Replica], rig: Rig, arm: Arm, contacts: int) -> Start:
    """One more replica of an arm, which `more` begins to start in a control group of its own, until its end."""
    began = time.monotonic()
    replica = more()
    wait_ready(replica)
    ready, cpu = time.monotonic() - began, replica.group.usage().cpu_s
    idle = memory(replica)
    reads = argparse.Namespace(connections=8, warm=0.5, seconds=1.0)
    saturate(replica.port, asked("detail", arm, contacts), reads, partial(dict[str, float]))
    used = memory(replica)
    began = time.monotonic()
    rig.processes.end(replica.child, signal.SIGTERM)
    return Start(ready, cpu, idle, used, time.monotonic() - began)


def memory(replica: Replica) -> float:
    """Its working set in MiB; raises RuntimeError where nothing tells it."""
    told = replica.group.memory()
    if told is None:
        raise RuntimeError("no control group tells what a replica's memory is")
    return told.working_set_bytes / MIB


def table(found: dict[str, list[Start]]) -> Iterator[str]:
    """Markdown: the mean of each figure, and its interval where there are rounds enough; of ends the longest."""
    yield f"| Service | {' | '.join(HEADS.values())} |"
    yield "|---" + "|--:" * len(HEADS) + "|"
    for name, starts in sorted(found.items(), key=lambda each: statistics.median(s.ready_s for s in each[1])):
        cells = [figure([getattr(each, field) for each in starts]) for field in HEADS if field != "end_s"]
        # How long an end takes is chance: the next look of a loop, or of a worker's parent. What all kept to is told.
        cells.append(f"{max(each.end_s for each in starts):.2g}")
        yield f"| {name} | {' | '.join(cells)} |"


def figure(values: Sequence[float]) -> str:
    """A mean with its interval, Student's t on logarithms."""
    found = intervals.geometric(values)
    if found is None:
        return "–"
    if found.lower is None or found.upper is None:
        return f"{found.estimate:.3g}"
    return f"{found.estimate:.3g} ({found.lower:.3g}–{found.upper:.3g})"


def each_round(found: dict[str, list[Start]]) -> Iterator[str]:
    """CSV, a line for each start."""
    names = [field.name for field in fields(Start)]
    yield ",".join(["service", "round", *names])
    for name, starts in found.items():
        for number, one in enumerate(starts):
            yield ",".join([name, str(number), *(f"{value:.4f}" for value in asdict(one).values())])


def starts_of(path: Path) -> dict[str, list[Start]]:
    """What `each_round` wrote."""
    found: dict[str, list[Start]] = {}
    with path.open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            found.setdefault(row["service"], []).append(Start(*(float(row[field.name]) for field in fields(Start))))
    return found


def write(found: dict[str, list[Start]], out: Path | None) -> None:
    """Print the table, and put it into a folder with every start."""
    lines = list(table(found))
    print(*lines, sep="\n")
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "starting.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (out / "starting.csv").write_text("\n".join(each_round(found)) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("arms", nargs="*", type=Arm.parse)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--cpu", type=float, default=1.0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--again", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if options.again:
        write(starts_of(options.again / "starting.csv"), options.again)
        return
    if not options.arms:
        parser.error("name an arm, such as optimized")
    with bed("starting") as rig:
        wanted = wanted_of(options.arms, rig, options.contacts, options.cpu)
        found: dict[str, list[Start]] = {}
        chance = random.Random(options.rounds)
        with rig.running(wanted) as running:
            for number in range(options.rounds):
                for arm in chance.sample(options.arms, len(options.arms)):
                    item = next(each for each in wanted if each.name == arm.slug)
                    more = partial(rig.another, running, wanted, item, f"{arm.slug}-started-{number}")
                    found.setdefault(arm.name, []).append(one := start(more, rig, arm, options.contacts))
                    say(f"{arm.name}: {one}")
    write(found, options.out)


if __name__ == "__main__":
    main()
