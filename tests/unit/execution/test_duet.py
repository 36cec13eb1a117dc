"""Duets on two simulated engines that share a clock, and with it the host."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from simulation import Behaviour, SimulatedEngine, SimulatedRun, VirtualClock
from staged import events

from scalebed.comparison.side import read, read_all
from scalebed.execution.chronicle import Chronicle, retold
from scalebed.execution.duet import BesideProbe
from scalebed.execution.observer import Silent
from scalebed.execution.runner import Runner
from scalebed.experiment.plan import plan
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.load import Load, Target
from scalebed.measurement.usage import BESIDE
from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report import Report
from scalebed.report.findings.analysis import analyse
from scalebed.search.duet import Interference
from scalebed.search.schedule import WARMUP_S
from scalebed.statistics import intervals

COST = {"base": 1.0, "dear": 1.2, "base-again": 1.0}
RATE = 300.0
CELLS = [f"{name}-x1" for name in COST]


@dataclass
class Drifting(SimulatedEngine):
    """On a host whose speed drifts, so that a request costs more at one time than at another."""

    swing: float = 0.25
    crowded: float = 1.0
    """Times what a request costs beside a load of the other's that has begun before."""
    other: Drifting | None = None

    def start(self, target: Target, load: Load) -> SimulatedRun:
        assert self._cell is not None
        speed = 1 + self.swing * math.sin(self.clock.now() / 40)
        if self.other is not None and self.other.until_s > self.clock.now():
            speed /= self.crowded
        kept = self.behaviours
        self.behaviours = {name: replace(of, rate=of.rate * speed) for name, of in kept.items()}
        self.until_s = self.clock.now() + load.duration_s
        self.began.append((self.clock.now(), load.duration_s))
        try:
            return super().start(target, load)
        finally:
            self.behaviours = kept

    until_s: float = -math.inf
    began: list[tuple[float, float]] = field(default_factory=list)


def experiment(**more: object) -> Experiment:
    keys = {
        "name": "duet", "kind": "matrix", "matrix": {"variants": ["base", "dear"]}, "control": True, "duet": True,
        "blocks": 5, "rate": 60, "duration": 20, **more,
    }  # fmt: skip
    return parse_experiment(keys, "duet.yaml")


def engines(**more: float) -> tuple[Drifting, Drifting]:
    clock, behaviours = VirtualClock(), {name: Behaviour(RATE / cost) for name, cost in COST.items()}
    return Drifting(behaviours, clock, **more), Drifting(behaviours, clock, **more)  # type: ignore[arg-type]


def measure(path: Path, spec: Experiment, both: tuple[Drifting, Drifting] | None = None) -> RunDirectory:
    one, other = both or engines()
    directory = RunDirectory(path)
    Runner(one, one.clock, directory, spec, Silent(), beside=other).run()
    assert one.closed == other.closed == 1
    assert one.runs_under_way == other.runs_under_way == 0
    return directory


def widths(directory: RunDirectory) -> dict[str, float]:
    (comparison,) = analyse(directory).comparisons
    found = {row.variant: row.measures["service"].ratio for row in comparison.rows}
    return {name: ratio.relative_half_width or 0.0 for name, ratio in found.items() if ratio is not None}


def test_drift_that_hits_both_sides_is_in_neither_ratio(tmp_path: Path) -> None:
    together = measure(tmp_path / "duet", experiment())
    apart = measure(tmp_path / "blocks", experiment(duet=False))
    (comparison,) = analyse(together).comparisons
    ratio = comparison.rows[1].measures["service"].ratio
    assert ratio is not None
    assert ratio.lower is not None
    assert ratio.upper is not None
    assert ratio.lower <= 1.2 <= ratio.upper
    for variant, width in widths(together).items():
        assert width < widths(apart)[variant] / 3, variant
    assert comparison.floors["service"] < 1.1
    assert Report(together).write().stat().st_size > 10_000


def test_each_pair_is_one_step_and_its_sides_change_places(tmp_path: Path) -> None:
    both = engines()
    directory = measure(tmp_path, experiment(blocks=2), both)
    assert len(plan(experiment(blocks=2))) == 4
    assert {(r.block, r.cell) for r in directory.repetitions()} == {
        (block, f"{name}-x1") for block in (0, 1) for name in COST
    }
    for block, (steps, references) in enumerate([(both[0], both[1]), (both[1], both[0])]):
        placed = steps.deployed[2 * block : 2 * block + 2], references.deployed[2 * block : 2 * block + 2]
        assert set(placed[0]) == {"dear-x1", "base-again-x1"}
        assert set(placed[1]) == {"base-x1"}


def test_both_sides_get_the_same_requests_at_the_same_time_and_know_of_each_other(tmp_path: Path) -> None:
    directory = measure(tmp_path, experiment(blocks=1))
    by_place = {(trial.cell, trial.index): trial for trial in directory.trials()}
    pairs = 0
    for trial in by_place.values():
        assert trial.beside is not None
        if trial.beside.index is None:
            continue
        other = by_place[trial.beside.cell, trial.beside.index]
        assert other.beside is not None
        assert (other.beside.cell, other.beside.index) == (trial.cell, trial.index)
        assert abs(_requests(trial) - _requests(other)) <= 2
        assert BESIDE in trial.utilisation
        assert BESIDE not in trial.cpu_s_per_request
        assert trial.foreign_cores == pytest.approx(0.0, abs=0.02)
        pairs += 1
    assert pairs == 4


def test_who_watches_is_told_what_both_came_to(tmp_path: Path) -> None:
    one, other = engines()
    directory = RunDirectory(tmp_path / "run")
    watching = Chronicle(directory, pytest.fail)
    Runner(one, one.clock, directory, experiment(), watching, beside=other).run()

    told = events(directory.path)
    over = [(each["block"], each["cell"], each["index"]) for each in told if each["kind"] == "trial_over"]
    assert sorted(over) == sorted((each.block, each.cell, each.index) for each in directory.trials())
    last = [each for each in retold(directory) if each["kind"] == "repetition_over"][-1]
    assert last["done"] == last["of"] == len(directory.manifest().order)


def test_both_are_warmed_at_the_same_time_and_who_begins_changes(tmp_path: Path) -> None:
    both = engines()
    measure(tmp_path, experiment(blocks=2), both)
    warmed = [[at for at, lasts in each.began if lasts == WARMUP_S] for each in both]
    loaded = [[at for at, lasts in each.began if lasts == 20] for each in both]
    # In the first block each side is warmed three times in two steps: beside the other, and before it runs alone.
    assert [len(each) for each in warmed] == [len(each) for each in loaded] == [6, 6]
    for times in (warmed, loaded):
        together = [(one, other) for one in times[0] for other in times[1] if abs(one - other) < 2]
        assert len(together) == 4
    # The first engine always begins; in the second block it has the reference.
    assert {each.cell for each in RunDirectory(tmp_path).trials() if each.block == 1} == set(CELLS)


def _requests(trial: Trial) -> int:
    return sum(each.arrivals for each in trial.generator)


def test_a_run_that_is_interrupted_goes_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    whole = measure(tmp_path / "whole", experiment())
    both = engines()
    both[1].interrupt_at = 400.0
    directory = RunDirectory(tmp_path / "parts")
    with pytest.raises(KeyboardInterrupt):
        Runner(both[0], both[0].clock, directory, experiment(), Silent(), beside=both[1]).run()
    assert both[0].runs_under_way == both[1].runs_under_way == 0
    begun = {path.name for path in directory.trials_path.iterdir()}
    assert begun
    measure(tmp_path / "parts", experiment())
    assert {path.name for path in directory.trials_path.iterdir()} == {p.name for p in whole.trials_path.iterdir()}


def test_two_that_are_too_much_in_each_others_way_are_measured_one_after_another(tmp_path: Path) -> None:
    both = engines(swing=0.0, crowded=3.0)
    both[0].other, both[1].other = both[1], both[0]
    directory = measure(tmp_path, experiment(), both)
    (comparison,) = analyse(directory).comparisons
    assert [row.apart for row in comparison.rows] == [False, True, True]
    told = comparison.rows[1].interference
    assert isinstance(told, Interference)
    assert told.cost == pytest.approx(math.sqrt(3), rel=0.1)
    ratio = comparison.rows[1].measures["service"].ratio
    assert ratio is not None
    assert ratio.n == 5
    assert ratio.estimate == pytest.approx(1.2, rel=0.1)
    # Nor is what they came to beside each other in any other figure.
    values = [row.measures["service"].value for row in comparison.rows]
    assert [value.n for value in values] == [5, 5, 5]
    assert values[1].estimate / values[0].estimate == pytest.approx(ratio.estimate, rel=0.05)
    (found,) = read(f"{tmp_path}:dear").found.values()
    assert found.blocks == 5
    assert any("are measured one after another" in finding for finding in directory.manifest().findings)
    assert "had to be measured alone" in Report(directory).answer


def test_the_capacity_of_a_side_is_sought_alone(tmp_path: Path) -> None:
    spec = experiment(blocks=1, capacity=["base", "dear"], search={"precision": 0.1, "max_trial": 40})
    directory = measure(tmp_path, spec, engines(swing=0.0))
    found = {r.variant: r.capacity for r in directory.repetitions() if r.capacity}
    assert set(found) == {"base", "dear"}
    assert found["base"] == pytest.approx(Behaviour(RATE).capacity(1), rel=0.2)
    assert all(t.beside is None for t in directory.trials() if t.purpose not in ("fixed-rate", "closed"))


def test_a_search_that_is_interrupted_goes_on(tmp_path: Path) -> None:
    spec = experiment(blocks=1, capacity=["dear"], search={"precision": 0.1, "max_trial": 40}, control=False)
    both = engines(swing=0.0)
    directory = RunDirectory(tmp_path)
    both[0].interrupt_at = 320.0
    with pytest.raises(KeyboardInterrupt):
        Runner(both[0], both[0].clock, directory, spec, Silent(), beside=both[1]).run()
    assert any(trial.purpose not in ("fixed-rate", "closed") for trial in directory.trials())
    assert not directory.finished() >= set(directory.manifest().order)
    measure(tmp_path, spec, engines(swing=0.0))
    assert directory.finished() >= set(directory.manifest().order)
    (dear,) = (r for r in directory.repetitions() if r.variant == "dear")
    assert dear.capacity == pytest.approx(Behaviour(RATE / 1.2).capacity(1), rel=0.2)


def test_on_a_ladder_each_rung_runs_beside_the_one_before(tmp_path: Path) -> None:
    steps = [{"name": "first", "switches": {"a": "b"}}, {"name": "second", "switches": {"c": "d"}}]
    ladder = {"base": "base", "mode": "ladder", "steps": steps}
    spec = experiment(kind="ablation", matrix=None, ablation=ladder, control=False)
    both = engines()
    for engine in both:
        engine.behaviours = {name: Behaviour(rate) for name, rate in (("base", 300), ("first", 250), ("second", 200))}
    directory = measure(tmp_path, spec, both)
    (comparison,) = analyse(directory).comparisons
    ratios = [row.measures["service"] for row in comparison.rows]
    assert ratios[1].ratio is not None
    assert ratios[2].ratio is not None
    assert ratios[2].step is not None
    assert ratios[2].ratio.estimate == pytest.approx(ratios[1].ratio.estimate * ratios[2].step.estimate)
    assert ratios[2].ratio.estimate == pytest.approx(1.5, rel=0.05)
    Report(directory).write()
    assert "the product of those on the way" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_two_variants_of_a_run_are_compared_by_what_they_came_to_beside_each_other(tmp_path: Path) -> None:
    directory = measure(tmp_path, experiment())
    operands = [f"{tmp_path}:base", f"{tmp_path}:dear"]
    sides = read_all(operands)
    (comparison,) = analyse(directory).comparisons
    values = [next(iter(sides[operand].found.values())).values["service"] for operand in operands]
    base, dear = ({block: of.value for block, of in each.items()} for each in values)
    ratio = intervals.ratio(dear, base)
    told = comparison.rows[1].measures["service"].ratio
    assert ratio is not None
    assert told is not None
    assert ratio.estimate == pytest.approx(told.estimate)
    # The base alone is all that it came to, beside whomever; but for when the other was idle.
    alone = read(operands[0])
    assert next(iter(alone.found.values())).blocks == 5


def test_what_the_other_side_uses_is_told_as_one_part() -> None:
    one, other = engines()
    sample = BesideProbe(one, other).sample()
    assert sample.cpu_s[BESIDE] == sum(other.sample().cpu_s.values())
    assert [each.cpu_s.keys() for each in BesideProbe(one, other).finish()] == [sample.cpu_s.keys()]
