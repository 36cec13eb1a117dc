"""A run on a simulated engine, told again call by call, so that a test can look at any moment of it."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from simulation import Behaviour, SimulatedEngine

from scalebed.execution.chronicle import Chronicle
from scalebed.execution.observer import Observer, Progress, Remaining, Resumed, TrialStart
from scalebed.execution.runner import Runner
from scalebed.experiment.plan import Step
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.records.live import events_file
from scalebed.records.run_directory import Repetition, RunDirectory, Trial

BEHAVIOURS = {"fast": Behaviour(120), "slow": Behaviour(30, base_s=0.05, error_share=0.002)}

Call = Callable[[Observer], None]


def searching(description: str) -> Experiment:
    keys = {
        "name": "staged", "description": description, "variants": ["fast", "slow"], "blocks": 2,
        "search": {"precision": 0.1, "max_trial": 40},
    }  # fmt: skip
    return parse_experiment(keys, "staged.yaml")


def events(run: Path) -> list[dict[str, Any]]:
    """What is written down of it, oldest first."""
    return [json.loads(line) for line in events_file(run).read_text(encoding="utf-8").splitlines()]


class Recorder:
    """An observer that keeps what it is told, by name and as a call that tells it to another one."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Call]] = []

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None:
        self.calls.append(("run_started", lambda to: to.run_started(plan, resumed, remaining)))

    def said(self, line: str) -> None:
        self.calls.append(("said", lambda to: to.said(line)))

    def repetition_started(self, step: Step, remaining: Remaining) -> None:
        self.calls.append(("repetition_started", lambda to: to.repetition_started(step, remaining)))

    def trial_started(self, start: TrialStart) -> None:
        self.calls.append(("trial_started", lambda to: to.trial_started(start)))

    def second(self, progress: Progress) -> None:
        self.calls.append(("second", lambda to: to.second(progress)))

    def trial_finished(self, trial: Trial) -> None:
        self.calls.append(("trial_finished", lambda to: to.trial_finished(trial)))

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        self.calls.append(("repetition_finished", lambda to: to.repetition_finished(repetition, remaining)))

    def run_finished(self) -> None:
        self.calls.append(("run_finished", lambda to: to.run_finished()))


@cache
def _run(description: str) -> tuple[Path, tuple[tuple[str, Call], ...]]:
    """Its directory and what was told of it; simulated once for all tests of a process."""
    folder = tempfile.mkdtemp(prefix="staged-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    recorder = Recorder()
    engine = SimulatedEngine(BEHAVIOURS)
    Runner(engine, engine.clock, RunDirectory(Path(folder) / "run"), searching(description), recorder).run()
    return Path(folder) / "run", tuple(recorder.calls)


class Stage:
    """A run directory whose run is over, and a `Chronicle` that is told it again, as far as `play` goes."""

    def __init__(self, path: Path, description: str = "Two services, side by side.") -> None:
        made, calls = _run(description)
        shutil.copytree(made, path)
        self.directory = RunDirectory(path)
        self.said: list[str] = []
        self.chronicle = Chronicle(self.directory, self.said.append)
        self.calls = list(calls)

    def play(self, until: str = "", times: int = 1) -> None:
        """Up to the `times`-th call of that name and with it; without a name, all that is left."""
        self.tell(self.chronicle, until, times)

    def tell(self, observer: Observer, until: str = "", times: int = 1) -> None:
        """The same to another one."""
        while self.calls:
            name, call = self.calls.pop(0)
            call(observer)
            times -= name == until
            if until and not times:
                return

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *raised: object) -> None:
        self.chronicle.run_finished()
