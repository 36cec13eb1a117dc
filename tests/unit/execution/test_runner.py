"""Whole runs on a simulated engine."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from disrupted import DisruptedEngine, running
from simulation import DATABASE_TIME_S, Behaviour, SimulatedEngine, SimulatedRun

from scalebed.execution import disruption
from scalebed.execution.endings import RunnerError
from scalebed.execution.observer import Progress, Remaining, Resumed, Silent, TrialStart
from scalebed.execution.ports import Finding
from scalebed.execution.runner import Runner
from scalebed.experiment.plan import Cell, Step, plan
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.causes import Kind
from scalebed.measurement.ending import Ended
from scalebed.measurement.load import Load, Target
from scalebed.measurement.memory import ReplicaMemory
from scalebed.measurement.readings import CheckCount, Sample
from scalebed.messages import EngineError
from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report
from scalebed.search.schedule import FAULTS_AT_MOST

FEW = {"min_requests": 30}
BEHAVIOURS = {"fast": Behaviour(300), "slow": Behaviour(40, base_s=0.05), "broken": Behaviour(0.4)}


def experiment(**more: object) -> Experiment:
    keys = {
        "name": "simulated", "variants": ["fast", "slow"], "blocks": 2,
        "search": {"precision": 0.1, "max_trial": 40}, **more,
    }  # fmt: skip
    return parse_experiment(keys, "simulated.yaml")


def run(
    path: Path, spec: Experiment, engine: SimulatedEngine | None = None, observer: Silent | None = None
) -> RunDirectory:
    engine = engine or SimulatedEngine(BEHAVIOURS)
    directory = RunDirectory(path)
    Runner(engine, engine.clock, directory, spec, observer or Silent()).run()
    return directory


class Notes(Silent):
    def __init__(self) -> None:
        self.resumed: Resumed | None = None
        self.starts: list[TrialStart] = []
        self.seconds: list[Progress] = []
        self.remaining: list[Remaining] = []
        self.lines: list[str] = []

    def said(self, line: str) -> None:
        self.lines.append(line)

    def run_started(self, plan: Sequence[Step], resumed: Resumed | None, remaining: Remaining) -> None:
        self.resumed = resumed

    def repetition_started(self, step: Step, remaining: Remaining) -> None:
        self.remaining.append(remaining)

    def trial_started(self, start: TrialStart) -> None:
        self.starts.append(start)

    def second(self, progress: Progress) -> None:
        self.seconds.append(progress)


def test_every_cell_gets_a_capacity_in_every_block(tmp_path: Path) -> None:
    engine, notes = SimulatedEngine(BEHAVIOURS), Notes()
    directory = run(tmp_path, experiment(replicas=[1, 2]), engine, notes)
    repetitions = list(directory.repetitions())
    assert len(repetitions) == 8
    for repetition in repetitions:
        assert repetition.outcome == "found", repetition.note
        true = BEHAVIOURS[repetition.variant].capacity(repetition.replicas)
        assert abs(math.log((repetition.capacity or 0) / true)) < 0.2
    assert sum(r.trials for r in repetitions) == len(list(directory.trials())) == len(notes.starts)
    assert engine.closed == 1
    assert engine.runs_under_way == 0
    assert len(engine.restored) == len(notes.starts)
    # The unloaded latency is measured once for each cell, in its first block.
    assert [s.step.block for s in notes.starts if s.purpose == "unloaded"] == [0] * 4
    assert notes.remaining[0].seconds > notes.remaining[-1].seconds > 0
    assert [r.repetitions_done for r in notes.remaining] == list(range(8))


def test_the_order_is_interleaved_seeded_and_recorded(tmp_path: Path) -> None:
    spec = experiment(replicas=[1, 2], blocks=4)
    order = [(step.block, step.cell.id) for step in plan(spec)]
    assert order == [(step.block, step.cell.id) for step in plan(spec)]
    assert [block for block, _ in order] == [b for b in range(4) for _ in range(4)]
    blocks = [tuple(cell for b, cell in order if b == block) for block in range(4)]
    assert all(len(set(block)) == 4 for block in blocks)
    assert len(set(blocks)) > 1
    assert order != [(s.block, s.cell.id) for s in plan(experiment(replicas=[1, 2], blocks=4, seed=8))]
    engine = SimulatedEngine(BEHAVIOURS)
    small = experiment(search={"precision": 0.5, "max_trial": 12, "max_trials": 5})
    directory = run(tmp_path, small, engine)
    assert engine.deployed == [cell for _, cell in directory.manifest().order]


@pytest.mark.parametrize("interrupt_at", [130.0, 200.0, 300.0])
def test_an_interrupted_run_goes_on_to_the_same_result(tmp_path: Path, interrupt_at: float) -> None:
    spec = experiment()
    whole = run(tmp_path / "whole", spec)
    engine = SimulatedEngine(BEHAVIOURS, interrupt_at=interrupt_at)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", spec, engine)
    assert (engine.closed, engine.runs_under_way) == (1, 0)
    kept = [t.model_dump_json() for t in RunDirectory(tmp_path / "cut").trials()]
    notes = Notes()
    resumed = run(tmp_path / "cut", spec, SimulatedEngine(BEHAVIOURS), notes)
    assert notes.resumed is not None
    assert notes.resumed.trials == len(kept)
    after = [t.model_dump_json() for t in resumed.trials()]
    assert set(kept) <= set(after)
    # Loads are seeded, so what was asked and what came out is the same as without the interruption.
    assert [(r.cell, r.block, r.outcome) for r in resumed.repetitions()] == [
        (r.cell, r.block, r.outcome) for r in whole.repetitions()
    ]
    for one, other in zip(resumed.repetitions(), whole.repetitions(), strict=True):
        assert one.capacity == pytest.approx(other.capacity, rel=0.15)
    assert "resumed" in resumed.manifest().findings[-1]


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    spec = experiment(blocks=1)
    run(tmp_path, spec)
    engine = SimulatedEngine(BEHAVIOURS)
    run(tmp_path, spec, engine)
    assert engine.loads == []
    assert engine.deployed == []


def test_another_experiments_directory_is_refused(tmp_path: Path) -> None:
    run(tmp_path, experiment(blocks=1))
    engine = SimulatedEngine(BEHAVIOURS)
    with pytest.raises(RunnerError, match=r"another experiment \(unlike in blocks, seed\)"):
        run(tmp_path, experiment(blocks=3, seed=9), engine)
    assert engine.closed == 1


def test_an_experiment_may_be_described_anew(tmp_path: Path) -> None:
    run(tmp_path, experiment(blocks=1))
    engine = SimulatedEngine(BEHAVIOURS)
    directory = run(tmp_path, experiment(blocks=1, advice="Join what you show."), engine)
    assert engine.deployed == []
    assert directory.manifest().experiment.advice == "Join what you show."


def test_what_does_not_fit_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    engine = SimulatedEngine(BEHAVIOURS, findings=(Finding("refuse", "Too big."), Finding("warn", "Busy.")))
    with pytest.raises(RunnerError, match=r"^Too big\.$"):
        run(tmp_path / "run", experiment(), engine)
    assert not (tmp_path / "run").exists()


def test_warnings_are_in_the_manifest(tmp_path: Path) -> None:
    engine = SimulatedEngine(BEHAVIOURS, findings=(Finding("warn", "The host is busy."),))
    notes = Notes()
    manifest = run(tmp_path, experiment(blocks=1, variants=["fast"]), engine, notes).manifest()
    assert manifest.findings == ("The host is busy.",)
    assert "Mind: The host is busy." in notes.lines
    assert manifest.fingerprint == {"engine": "simulated", "cores": 8.0}


def test_what_is_known_only_once_a_cell_is_up_completes_the_fingerprint(tmp_path: Path) -> None:
    class Learning(SimulatedEngine):
        def fingerprint(self) -> dict[str, object]:
            return {**super().fingerprint(), "images": dict.fromkeys(self.deployed, "1.0")}

    manifest = run(tmp_path, experiment(blocks=1), Learning(BEHAVIOURS)).manifest()
    assert manifest.fingerprint["images"] == {"fast-x1": "1.0", "slow-x1": "1.0"}
    again = run(tmp_path, experiment(blocks=1), Learning(BEHAVIOURS)).manifest()
    assert again.fingerprint == manifest.fingerprint
    assert "changed" not in again.findings[-1]


def test_a_service_too_slow_for_the_slo_has_no_capacity(tmp_path: Path) -> None:
    directory = run(tmp_path, experiment(variants=["broken"], blocks=2))
    assert [r.outcome for r in directory.repetitions()] == ["none at this SLO"] * 2
    assert [r.capacity for r in directory.repetitions()] == [None, None]
    assert {t.purpose for t in directory.trials()} == {"unloaded"}


def test_fixed_rates_are_a_trial_each(tmp_path: Path) -> None:
    spec = experiment(kind="fixed-rate", rates=[20, 150], duration=15, search={"min_requests": 30})
    directory = run(tmp_path, spec)
    trials = list(directory.trials())
    assert len(trials) == 8
    assert {(t.variant, t.rate_asked, t.verdict) for t in trials} == {
        ("fast", 20, "PASS"), ("fast", 150, "PASS"), ("slow", 20, "PASS"), ("slow", 150, "FAIL"),
    }  # fmt: skip
    assert {t.duration_s for t in trials} == {15}
    assert {r.outcome for r in directory.repetitions()} == {"measured"}


def test_closed_users_are_labelled_so(tmp_path: Path) -> None:
    engine = SimulatedEngine(BEHAVIOURS)
    directory = run(tmp_path, experiment(kind="closed", users=5, duration=15, blocks=1), engine)
    assert {t.purpose for t in directory.trials()} == {"closed"}
    assert all(load.concurrency for load in engine.loads)
    assert len(list(directory.trials())) == 2


def test_a_comparison_measures_all_on_the_same_requests(tmp_path: Path) -> None:
    engine = SimulatedEngine({**BEHAVIOURS, "fast-again": BEHAVIOURS["fast"]})
    spec = parse_experiment(
        {
            "name": "compared", "kind": "matrix", "matrix": {"variants": ["fast", "slow"]}, "control": True, "rate": 20,
            "duration": 15, "blocks": 2, "capacity": ["fast"], "search": {"precision": 0.3, "max_trial": 20},
        },
        "compared.yaml",
    )  # fmt: skip
    directory = run(tmp_path, spec, engine)
    compared = [t for t in directory.trials() if t.purpose == "fixed-rate"]
    assert len(compared) == 6
    assert {(t.rate_asked, t.duration_s, t.warmup_cut_s) for t in compared} == {(20, 15, 3)}
    for block in (0, 1):
        arrivals = {tuple(s.arrivals for s in t.generator[:15]) for t in compared if t.block == block}
        assert len(arrivals) == 1
    assert len({t.generator[:15] for t in compared}) > 1
    for trial in compared:
        assert trial.database_time_s_per_request == pytest.approx(DATABASE_TIME_S, rel=0.1)
    outcomes = {(r.variant, r.outcome) for r in directory.repetitions()}
    assert outcomes == {("fast", "found"), ("slow", "measured"), ("fast-again", "measured")}


def test_a_comparison_of_users_is_a_trial_for_each_number(tmp_path: Path) -> None:
    engine = SimulatedEngine(BEHAVIOURS)
    spec = parse_experiment(
        {
            "name": "crowded", "kind": "matrix", "duration": 12, "blocks": 1,
            "matrix": {"variants": ["fast", "slow"], "factors": {"users": [2, 10]}},
        },
        "crowded.yaml",
    )  # fmt: skip
    directory = run(tmp_path, spec, engine)
    assert {(t.cell, t.purpose, t.rate_asked) for t in directory.trials()} == {
        (f"{name}-x1-u{users}", "closed", 0) for name in ("fast", "slow") for users in (2, 10)
    }
    assert sorted(load.concurrency or 0 for load in engine.loads) == [2, 2, 4, 4, 10, 10, 10, 10]  # with warm-ups


def test_a_spoiled_trial_is_tried_again_but_not_for_ever(tmp_path: Path) -> None:
    engine = SimulatedEngine({"fast": Behaviour(300, steal_cores=1.0)}, foreign_until=250, slowed=0.05)
    spec = experiment(kind="fixed-rate", rates=[20], duration=12, search=FEW, variants=["fast"], blocks=1)
    notes = Notes()
    directory = run(tmp_path, spec, engine, notes)
    trials = list(directory.trials())
    assert [t.verdict for t in trials] == ["INVALID"] * 3 + ["PASS"], "the fourth at the end of the block"
    assert [t.attempt for t in trials] == [0, 0, 0, 1]
    (repetition,) = directory.repetitions()
    assert (repetition.outcome, repetition.attempts, repetition.again, repetition.note) == ("measured", 2, False, "")
    said = " ".join(notes.lines)
    assert "Waiting for quiet: A hypervisor took" in said
    assert "It is not quiet after" in said
    assert "Trying again what something spoiled in block 1: fast-x1." in said
    assert "It is quiet again" in said


def test_what_is_still_disturbed_at_the_end_of_the_block_is_left_as_it_is(tmp_path: Path) -> None:
    engine = SimulatedEngine({"fast": Behaviour(300, foreign_cores=1.0)}, slowed=0.05)
    spec = experiment(kind="fixed-rate", rates=[20], duration=12, search=FEW, variants=["fast"], blocks=1)
    notes = Notes()
    directory = run(tmp_path, spec, engine, notes)
    assert [t.verdict for t in directory.trials()] == ["INVALID"] * 3
    (repetition,) = directory.repetitions()
    assert (repetition.attempts, repetition.again) == (1, False)
    assert "INVALID 3 times" in repetition.note
    assert any("Most by indexer (process 77) with 0.50 cores." in line for line in notes.lines)


def test_an_interrupted_second_attempt_goes_on_and_the_causes_stay(tmp_path: Path) -> None:
    spec = experiment(kind="fixed-rate", rates=[20, 25], duration=12, search=FEW, variants=["fast"], blocks=1)

    def engine(interrupt_at: float | None) -> SimulatedEngine:
        behaviours = {"fast": Behaviour(300, foreign_cores=1.0)}
        return SimulatedEngine(behaviours, foreign_until=320, slowed=0.05, interrupt_at=interrupt_at)

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, spec, engine(interrupt_at=340))
    directory = RunDirectory(tmp_path)
    (repetition,) = directory.repetitions()
    assert repetition.again, "it waits for the end of its block"
    assert directory.finished() == set()
    before = list(directory.trials())
    resumed = engine(interrupt_at=None)
    resumed.clock.time = 400
    run(tmp_path, spec, resumed)
    trials = list(directory.trials())
    assert trials[: len(before)] == before
    assert {c.kind for t in trials if t.attempt == 0 for c in t.causes} == {Kind.FOREIGN_CPU}
    assert [(t.rate_asked, t.verdict) for t in trials if t.attempt] == [(20, "PASS"), (25, "PASS")]
    assert directory.finished() == {(0, "fast-x1")}


def test_a_pass_beside_a_disturbance_has_no_figures_so_it_is_measured_again(tmp_path: Path) -> None:
    engine = SimulatedEngine({"fast": Behaviour(300, foreign_cores=1.0)}, foreign_until=190)
    spec = experiment(kind="fixed-rate", rates=[20], duration=12, search=FEW, variants=["fast"], blocks=1)
    directory = run(tmp_path, spec, engine)
    assert [(t.verdict, t.disturbed) for t in directory.trials()] == [("PASS", True), ("PASS", False)]
    (repetition,) = directory.repetitions()
    assert (repetition.again, repetition.note) == (False, "")


@pytest.mark.parametrize("slowed", [0.75, 0.9])
def test_beside_half_a_core_every_cell_is_answered_and_never_too_high(tmp_path: Path, slowed: float) -> None:
    """Two cores, a program that takes half a core of them for the whole time, and as few trials as the demo has."""
    behaviours = {"fast": Behaviour(300, foreign_cores=0.5), "slow": Behaviour(40, base_s=0.05, foreign_cores=0.5)}
    told = {"answered": 0, "too high": 0, "too low": 0}
    for seed in range(4):
        spec = experiment(blocks=1, seed=seed, search={"precision": 0.3, "max_trial": 20, "max_trials": 8})
        directory = run(tmp_path / f"{seed}", spec, SimulatedEngine(behaviours, cores=2.0, slowed=slowed))
        for repetition in directory.repetitions():
            true = behaviours[repetition.variant].capacity(repetition.replicas)
            assert repetition.capacity is None, "no FAIL counts, so nothing bounds it from above"
            told["answered"] += repetition.outcome == "at least"
            told["too high"] += (repetition.lower or 0) > true
            told["too low"] += (repetition.lower or 0) < 0.25 * true
    assert told == {"answered": 8, "too high": 0, "too low": 0}


def test_where_the_disturbance_ends_the_capacity_is_found_at_the_end_of_the_block(tmp_path: Path) -> None:
    behaviours = {"fast": Behaviour(300, foreign_cores=0.5), "slow": Behaviour(40, base_s=0.05, foreign_cores=0.5)}
    engine = SimulatedEngine(behaviours, cores=2.0, slowed=0.75, foreign_until=620)
    directory = run(tmp_path, experiment(blocks=1), engine)
    repetitions = list(directory.repetitions())
    assert {r.attempts for r in repetitions} == {2}
    for repetition in repetitions:
        assert repetition.outcome == "found", repetition.note
        true = behaviours[repetition.variant].capacity(1)
        assert abs(math.log((repetition.capacity or 0) / true)) < 0.2


def test_stages_are_the_trials_and_not_the_warm_ups(tmp_path: Path) -> None:
    stages = [{"users": 2, "duration": "10s"}, {"users": 20, "duration": "10s"}]
    engine = SimulatedEngine(BEHAVIOURS)
    run(tmp_path, experiment(kind="closed", stages=stages, blocks=1, variants=["fast"]), engine)
    warmup, load = engine.loads
    assert warmup.stages == ()
    assert (load.stages, load.concurrency, load.duration_s) == (((2, 10.0), (20, 10.0)), 20, 20.0)


@pytest.mark.parametrize(("workload", "writes"), [("browse", False), ("12-transfers", True)])
def test_a_load_knows_whether_it_writes(tmp_path: Path, workload: str, writes: bool) -> None:
    engine = SimulatedEngine(BEHAVIOURS)
    spec = experiment(
        kind="fixed-rate",
        rates=[5],
        duration="10s",
        search={"min_requests": 30},
        blocks=1,
        variants=["fast"],
        workload=workload,
    )
    run(tmp_path, spec, engine)
    assert {load.writes for load in engine.loads} == {writes}


def test_what_a_workload_checked_is_in_the_trial(tmp_path: Path) -> None:
    engine = SimulatedEngine(BEHAVIOURS, checks=(CheckCount("kept", 3, 0), CheckCount("read back", 2, 1)))
    spec = experiment(
        kind="fixed-rate", rates=[5], duration="10s", search={"min_requests": 30}, blocks=1, variants=["fast"]
    )
    (trial,) = run(tmp_path, spec, engine).trials()
    assert [(check.check, check.passed, check.failed) for check in trial.checks] == [
        ("kept", 3, 0),
        ("read back", 2, 1),
    ]
    assert trial.warnings[-1] == "A check failed: read back."
    assert trial.verdict != "INVALID"


def test_a_service_that_ends_under_load_carries_less_than_that_and_is_started_anew(tmp_path: Path) -> None:
    """It would serve some 300 a second, but ends at 150 already; what it serves below that is found all the same."""
    engine, notes = SimulatedEngine({"fast": Behaviour(300, dies_at=150)}, status=-9), Notes()
    directory = run(tmp_path, experiment(variants=["fast"], blocks=1), engine, notes)
    (repetition,) = directory.repetitions()
    assert repetition.capacity is not None, repetition.note
    assert 120 < repetition.capacity < 150
    trials = list(directory.trials())
    died = [trial for trial in trials if trial.died]
    assert {trial.verdict for trial in died} == {"FAIL"}
    assert all(trial.rate_asked >= 150 for trial in died)
    assert all(trial.verdict == "PASS" for trial in trials if trial.rate_asked < 150)
    assert died[0].reasons[0].startswith("Replica 1 of 1 was ended by SIGKILL ")
    assert died[0].reasons[0].endswith(" s into the trial; its log ends with: out of handles.")
    assert len(engine.deployed) in (len(died), 1 + len(died)), "not for nothing, where the last one ended it"
    assert "started anew, since a replica of it has ended" in " ".join(notes.lines)
    assert f"At {repetition.upper:.4g}/s: Replica 1 of 1 was ended by SIGKILL" in repetition.note
    assert [caveat.kind for caveat in Report(directory).caveats] == ["replica ended"]


@pytest.mark.parametrize(
    ("dies_after_s", "status", "when"),
    [(0.0, 1, "before the first trial"), (8.0, 1, "under one user alone"), (40.0, 0, "as if its work were done")],
)
def test_a_service_that_ends_by_itself_has_no_capacity(
    tmp_path: Path, dies_after_s: float, status: int, when: str
) -> None:
    engine = SimulatedEngine(BEHAVIOURS, dies_after_s=dies_after_s, status=status)
    with pytest.raises(RunnerError, match=rf"-x1: Replica 1 of 1 ended with status {status} .*{when}.*out of handles"):
        run(tmp_path, experiment(variants=["fast"], blocks=1), engine)
    directory = RunDirectory(tmp_path)
    assert not list(directory.repetitions())
    assert not [trial for trial in directory.trials() if trial.died], "it would count when going on"


def test_a_service_that_ended_between_trials_is_started_anew_and_told(tmp_path: Path) -> None:
    engine = SimulatedEngine({"fast": Behaviour(300)}, dies_after_s=45.0)
    directory = run(tmp_path, experiment(variants=["fast"], blocks=1), engine)
    assert len(engine.deployed) > 1
    told = [*directory.manifest().findings, *(reason for trial in directory.trials() for reason in trial.reasons)]
    assert any("Replica 1 of 1 ended with status 1" in sentence for sentence in told)


@dataclass
class OutOfMemory(SimulatedEngine):
    """Whose first replica the kernel kills a process of in some of its loads, counted over all deployments."""

    kills_in: tuple[int, ...] = ()
    at_limit: bool = True
    whole: bool = False
    """And the replica with it."""
    killed: int = 0

    def start(self, target: Target, load: Load) -> SimulatedRun:
        run = super().start(target, load)
        if len(self.loads) in self.kills_in:
            self.killed += 1
            if self.whole:
                self.dies_after_s, self.status = 0.0, -9
        return run

    def gone(self) -> Sequence[Ended]:
        return [replace(each, for_memory=True) for each in super().gone()]

    def sample(self) -> Sample:
        memory = ReplicaMemory(10, 0, None, None, self.killed, self._ended is not None, self.killed * self.at_limit)
        return replace(super().sample(), replica_memory=(memory,))

    @contextmanager
    def deploy(self, cell: Cell) -> Iterator[Target]:
        self.killed, self.dies_after_s = 0, math.inf
        with super().deploy(cell) as target:
            yield target


LIMITED = {"variants": ["fast"], "blocks": 1, "memory_per_replica": "64Mi"}


def test_a_kill_before_the_first_trial_is_told_and_fails_none(tmp_path: Path) -> None:
    directory = run(tmp_path, experiment(**LIMITED), OutOfMemory({"fast": Behaviour(300)}, kills_in=(1,)))
    (repetition,) = directory.repetitions()
    assert repetition.outcome == "found", repetition.note
    assert not any(trial.killed for trial in directory.trials())
    (told,) = directory.manifest().findings
    assert told.startswith("fast-x1, up to the first trial: The kernel killed a process of replica 1 ")


def test_the_note_of_one_user_alone_says_what_failed_it(tmp_path: Path) -> None:
    directory = run(tmp_path, experiment(**LIMITED), OutOfMemory({"fast": Behaviour(300)}, kills_in=(2,)))
    (repetition,) = directory.repetitions()
    assert repetition.outcome == "none at this SLO"
    assert repetition.note.startswith("One user alone: The kernel killed a process of replica 1 for lack of memory: ")


def test_a_crash_under_the_load_before_the_first_trial_says_under_which(tmp_path: Path) -> None:
    engine = OutOfMemory({"fast": Behaviour(300)}, kills_in=(1,), whole=True)
    with pytest.raises(RunnerError, match=r"SIGKILL, killed by the kernel .*the first trial, of 4 users who wait") as e:
        run(tmp_path, experiment(**LIMITED), engine)
    assert "no matter of load" not in str(e.value)


@pytest.mark.parametrize("kills_in", [(1,), (2,), (1, 2)])
def test_a_machine_out_of_memory_is_tried_again(tmp_path: Path, kills_in: tuple[int, ...]) -> None:
    """Under the load before the first trial, and under one user alone."""
    engine = OutOfMemory({"fast": Behaviour(300)}, kills_in=kills_in, at_limit=False, whole=True)
    directory = run(tmp_path, experiment(**LIMITED), engine)
    (repetition,) = directory.repetitions()
    assert repetition.outcome == "found", repetition.note
    assert len(engine.deployed) == 1 + len(kills_in)
    spoiled = [trial for trial in directory.trials() if trial.killed]
    assert [(trial.verdict, trial.causes[-1].kind) for trial in spoiled] == [("INVALID", Kind.MEMORY)] * (
        kills_in == (2,)
    )


def test_a_machine_that_stays_out_of_memory_ends_the_run(tmp_path: Path) -> None:
    engine = OutOfMemory({"fast": Behaviour(300)}, kills_in=(1, 2, 3), at_limit=False, whole=True)
    with pytest.raises(RunnerError, match="free memory, and run the same again"):
        run(tmp_path, experiment(**LIMITED), engine)
    assert len(engine.deployed) == 3


def test_what_ends_after_its_last_trial_is_told(tmp_path: Path) -> None:
    class Ending(SimulatedEngine):
        def gone(self) -> Sequence[Ended]:
            asked.append(len(self.loads))
            return (Ended(1, 1, 1, 9.0),) if asked.count(2) > most else ()

    asked: list[int] = []
    most = 10**6
    spec = experiment(kind="fixed-rate", rates=[5], duration="10s", search=FEW, blocks=1, variants=["fast"])
    run(tmp_path / "lives", spec, Ending(BEHAVIOURS))
    most, asked = asked.count(2) - 1, []
    directory = run(tmp_path / "ends", spec, Ending(BEHAVIOURS))
    (told,) = directory.manifest().findings
    assert "after its last trial" in told
    assert [trial.died for trial in directory.trials()] == [False]


FAULTS: dict[str, object] = {
    "kind": "fault", "variants": ["fast"], "rate": 20, "faults": ["cache-frozen"], "blocks": 2, "search": FEW,
    "episodes": {"first": "5s", "every": "10s", "times": 2},
}  # fmt: skip
CELLS = {"fast-x1", "fast-x1-cache-frozen"}


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The virtual clock need not wait for who reads it."""
    monkeypatch.setattr(disruption, "_LOOK_EVERY_S", 0.001)


def assert_nothing_is_left(engine: DisruptedEngine) -> None:
    assert (engine.closed, engine.runs_under_way, running()) == (1, 0, [])
    assert all(made.calls[-1] == "end" for made in engine.injectors if made.calls)


def test_a_run_of_faults_is_one_trial_of_each_cell_beside_the_same_requests(tmp_path: Path, brisk: None) -> None:
    engine = DisruptedEngine(BEHAVIOURS)
    directory = run(tmp_path, experiment(**FAULTS), engine)
    trials = list(directory.trials())
    assert sorted((t.block, t.cell) for t in trials) == sorted((b, c) for b in (0, 1) for c in CELLS)
    assert {(t.purpose, t.rate_asked, t.duration_s, t.warmup_cut_s) for t in trials} == {("fixed-rate", 20, 25, 3)}
    assert {len(t.episodes) for t in trials} == {2}
    for trial in trials:
        fault = trial.cell.endswith("cache-frozen")
        assert {each.said for each in trial.episodes} == {("the cache was stopped", "it went on") if fault else ()}
        assert bool(trial.counts_after) == fault
    for block in (0, 1):
        alike = [t for t in trials if t.block == block]
        assert len({t.generator[:20] for t in alike}) == 1, "the same arrivals"
    assert trials[0].generator[:20] != trials[-1].generator[:20]
    assert {r.outcome for r in directory.repetitions()} == {"measured"}
    assert len(engine.injectors) == 2
    assert_nothing_is_left(engine)


def test_a_fault_that_cannot_be_made_ends_the_run_with_its_sentence(tmp_path: Path, brisk: None) -> None:
    engine = DisruptedEngine(BEHAVIOURS, fails_in=1)
    with pytest.raises(EngineError, match=r"^cache-frozen: it could not be stopped\.$"):
        run(tmp_path, experiment(**FAULTS), engine)
    assert_nothing_is_left(engine)
    assert all(not trial.cell.endswith("frozen") for trial in RunDirectory(tmp_path).trials())


@pytest.mark.parametrize("number", [0, 1])
def test_a_run_of_faults_that_was_interrupted_in_one_goes_on(tmp_path: Path, brisk: None, number: int) -> None:
    spec = experiment(**FAULTS)
    whole = run(tmp_path / "whole", spec, DisruptedEngine(BEHAVIOURS))
    engine = DisruptedEngine(BEHAVIOURS, interrupts_in=number)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "cut", spec, engine)
    assert_nothing_is_left(engine)
    assert engine.injectors[-1].calls[-3:] == [f"undo {number}", "counts", "end"]
    assert engine.undone_beside == [1] * (number + 1), "before the load was ended"
    kept = list(RunDirectory(tmp_path / "cut").trials())
    assert len(kept) < 4
    resumed = run(tmp_path / "cut", spec, DisruptedEngine(BEHAVIOURS))
    trials = list(resumed.trials())
    assert trials[: len(kept)] == kept
    assert [(t.cell, t.block, t.verdict, t.generator[:20]) for t in trials] == [
        (t.cell, t.block, t.verdict, t.generator[:20]) for t in whole.trials()
    ]
    again = DisruptedEngine(BEHAVIOURS)
    run(tmp_path / "cut", spec, again)
    assert (again.deployed, again.injectors) == ([], [])


class Elsewhere(DisruptedEngine):
    """Of what runs already, nothing can be made to fail."""

    def injector(self) -> None:
        return None


def test_a_load_that_rises_rises_also_on_what_runs_already(tmp_path: Path, brisk: None) -> None:
    engine = Elsewhere(BEHAVIOURS)
    rises = {"fault": "overload", "factor": 4, "lasts": "3s"}
    directory = run(tmp_path, experiment(**{**FAULTS, "blocks": 1, "faults": [rises]}), engine)
    trials = {trial.cell: trial for trial in directory.trials()}
    assert {trial.rate_asked for trial in trials.values()} == {20}, "or the schedule would ask for ever"
    assert set(trials) == {"fast-x1", "fast-x1-overload-4x-3s"}
    (rising,) = (load for load in engine.loads if load.steps)
    assert list(rising.steps) == [(20, 5), (80, 3), (20, 7), (80, 3), (20, 7)]
    assert rising.max_vus >= 80 * 10
    assert rising.rate == pytest.approx(20 * (1 + 3 * 6 / 25))
    episodes = trials["fast-x1-overload-4x-3s"].episodes
    assert [each.said for each in episodes] == [("4 times the rate came", "as much came as before")] * 2
    assert [each.over_s - each.begun_s for each in episodes if each.over_s] == pytest.approx([3, 3], abs=0.5)


def test_another_trial_of_a_fault_has_another_deployment(tmp_path: Path, brisk: None) -> None:
    """What was made to fail may be seen in it for long, and what a ledger wrote as well."""
    engine = DisruptedEngine({"fast": Behaviour(300, steal_cores=1.0)}, foreign_until=200, slowed=0.05)
    notes = Notes()
    directory = run(tmp_path, experiment(**{**FAULTS, "blocks": 1}), engine, notes)
    trials = list(directory.trials())
    assert sum(t.verdict == "INVALID" for t in trials) >= 1
    assert {t.cell for t in trials if t.verdict != "INVALID"} == CELLS
    assert len(engine.deployed) == len(trials)
    assert any("started anew, since something was made to fail in it" in line for line in notes.lines)
    assert not any("has ended" in line for line in notes.lines)
    assert_nothing_is_left(engine)


def test_what_stays_disturbed_is_not_tried_for_ever(tmp_path: Path, brisk: None) -> None:
    engine = DisruptedEngine({"fast": Behaviour(300, steal_cores=1.0)}, slowed=0.05)
    spec = experiment(**{**FAULTS, "blocks": 1, "faults": ["cache-flushed"]})
    directory = run(tmp_path, spec, engine)
    assert [t.verdict for t in directory.trials()] == ["INVALID"] * 2 * FAULTS_AT_MOST
    assert len(engine.deployed) == 2 * FAULTS_AT_MOST + 2, "and once more, to find no quiet"


def test_the_rate_may_be_a_share_of_what_each_cell_sustains(tmp_path: Path, brisk: None) -> None:
    engine = DisruptedEngine(BEHAVIOURS)
    spec = experiment(
        **{
            **FAULTS, "variants": ["fast", "slow"], "replicas": [1, 2], "blocks": 1, "rate": None, "share": 0.5,
            "capacity_per_replica": {"fast": 60, "slow": 20},
        }
    )  # fmt: skip
    directory = run(tmp_path, spec, engine)
    assert {(t.variant, t.replicas, t.rate_asked) for t in directory.trials()} == {
        ("fast", 1, 30), ("fast", 2, 60), ("slow", 1, 10), ("slow", 2, 20),
    }  # fmt: skip
