"""How often `scalebed compare` says that a service is slower than itself: runs of one experiment, each and the next.

    python benchmarks/compared_with_itself.py [--runs 21] [--out FOLDER] [EXPERIMENT WORDS …]

The words go to `scalebed run`. Each comparison has both limits; the bound is Clopper and Pearson's, one-sided, at 95%.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from itertools import pairwise
from pathlib import Path

from scalebed.statistics.intervals import share_bounds

LIMITS = ("cpu > 5 %", "p95 > 20 %")
SHORT = (
    "quick", "--set", "kind=fixed-rate", "--set", "variants=[optimized]", "--set", "replicas=[1]",
    "--set", "rates=[60]", "--set", "duration=10s", "--set", "blocks=3", "--set", "dataset.contacts=2000",
)  # fmt: skip


def scalebed(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "scalebed", *words], capture_output=True, text=True, check=False)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--out", type=Path, default=None)
    known, words = parser.parse_known_args()
    folder = known.out or Path(tempfile.mkdtemp(prefix="compared-with-itself-"))
    made = [folder / f"run-{number:02d}" for number in range(known.runs)]
    for path in made:
        done = scalebed("run", *(words or SHORT), "--out", str(path))
        print(f"{path.name}: exit {done.returncode}", flush=True)
        if done.returncode not in (0, 1, 3):
            sys.exit(done.stdout + done.stderr)
    codes: Counter[int] = Counter()
    for before, after in pairwise(made):
        limits = [word for limit in LIMITS for word in ("--fail-if", limit)]
        done = scalebed("compare", str(before), str(after), *limits, "--json")
        codes[done.returncode] += 1
        if done.returncode == 2:
            sys.exit(done.stderr)
        changes = {row["quantity"]: row for row in json.loads(done.stdout)["changes"]}
        told = [f"{name} {changes[name]['ratio']['estimate'] - 1:+.1%} ({changes[name]['verdict']})"
                for name in ("cpu", "p95") if changes.get(name, {}).get("ratio")]  # fmt: skip
        print(f"{before.name} → {after.name}: exit {done.returncode}; {', '.join(told)}", flush=True)
    answered = codes[0] + codes[1]
    print(f"{codes[1]} of {answered} that had an answer broke a limit; {codes[3]} had none.")
    if answered:
        print(f"By chance in at most {share_bounds([codes[1]], [answered], 0.95)[1]:.1%} of all.")


if __name__ == "__main__":
    main()
