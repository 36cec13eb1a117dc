"""Whole trials against a simulated service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from disrupted import DisruptedEngine, running
from simulation import Behaviour, SimulatedEngine

from scalebed.execution import disruption
from scalebed.execution.disruption import Disruption
from scalebed.execution.observer import Progress
from scalebed.execution.recorder import Assignment
from scalebed.execution.trial import Conductor
from scalebed.experiment.faults import Fault
from scalebed.experiment.plan import Cell
from scalebed.experiment.slo import Slo
from scalebed.experiment.variant import Variant
from scalebed.measurement.causes import Kind
from scalebed.measurement.ending import Ended
from scalebed.measurement.load import Load, most_vus
from scalebed.measurement.memory import ReplicaMemory
from scalebed.measurement.readings import Sample
from scalebed.measurement.verdict import Enough
from scalebed.messages import EngineError
from scalebed.records.run_directory import Trial
from scalebed.report.findings import bottleneck

SLO = Slo(percentile=95, latency_ms=1000, error_rate=0.01)
CELL = Cell(Variant(name="a", service="a"), 1, 0.25, "browse", 1000, 7)


def conduct(
    behaviour: Behaviour,
    rate: float,
    *,
    users: int | None = None,
    duration_s: float = 40,
    seed: int = 1,
    max_vus: int | None = None,
    failure: str | None = None,
    sequential: bool = True,
    counted_s: int = 10,
) -> tuple[Trial, list[Progress], SimulatedEngine]:
    engine = SimulatedEngine({"a": behaviour}, generator_failure=failure)
    load = Load("browse", rate, duration_s, users or max_vus or most_vus(rate, SLO), seed, 1000, concurrency=users)
    told: list[Progress] = []
    with engine.deploy(CELL) as target:
        conductor = Conductor(target, engine, engine, engine.clock)
        assignment = Assignment(
            CELL, 0, 0, "bracket", SLO, engine.cores, Enough(counted_s, 300), sequential=sequential
        )  # fmt: skip
        trial = conductor.conduct(assignment, load, told.append)
    assert engine.runs_under_way == 0
    return trial, told, engine


def test_a_service_below_capacity_passes_early() -> None:
    trial, told, _ = conduct(Behaviour(300), 200)
    assert trial.verdict == "PASS"
    assert 11 <= trial.duration_s <= 15
    assert trial.rate_achieved == pytest.approx(200, rel=0.05)
    assert trial.requests == sum(
        e.count for e in trial.endpoints if trial.warmup_cut_s <= e.second < trial.duration_s
    )  # fmt: skip
    assert told[-1].verdict == "PASS"
    *seconds, rest = (p.elapsed_s for p in told)
    assert seconds == list(range(1, int(trial.duration_s) + 1))
    assert rest >= seconds[-1]  # what came in until the load had stopped


def test_cpu_per_request_is_the_quota_over_the_rate_it_can_serve() -> None:
    trial, _, _ = conduct(Behaviour(300), 250, sequential=False)
    assert trial.cpu_s_per_request["service"] == pytest.approx(0.25 / 300, rel=0.05)
    assert trial.cpu_s_per_request["generator"] == pytest.approx(0.0003, rel=0.05)
    assert trial.utilisation["service"] == pytest.approx(250 / 300, rel=0.05)
    assert trial.little_ratio == pytest.approx(1, rel=0.2)
    assert sum(u.cpu_s["generator"] for u in trial.usage) == pytest.approx(0.0003 * 250 * 40, rel=0.1)


@pytest.mark.parametrize("over", [1.5, 2.0, 4.0])
def test_an_overloaded_service_fails_soon(over: float) -> None:
    trial, _, _ = conduct(Behaviour(300), 300 * over)
    assert trial.verdict == "FAIL", trial.reasons
    assert trial.duration_s <= 14


def test_an_overloaded_service_that_holds_all_vus_still_fails() -> None:
    trial, _, _ = conduct(Behaviour(100), 400, max_vus=450, duration_s=20, sequential=False)
    assert sum(g.dropped for g in trial.generator) > 100
    assert trial.verdict == "FAIL", trial.reasons


def test_a_starved_generator_is_invalid() -> None:
    trial, _, _ = conduct(Behaviour(1000), 400, duration_s=20, max_vus=1220, seed=2)
    assert trial.verdict == "PASS"
    starved, _, _ = conduct(Behaviour(1000, generator_rate=250), 400, duration_s=20)
    assert starved.verdict == "INVALID"
    assert "generator" in starved.reasons[0]


def test_five_percent_over_capacity_seldom_passes() -> None:
    # Both arrivals and services are random: over 20 s either strays by 1.3%.
    trials = [conduct(Behaviour(300), 315, duration_s=60, seed=s, counted_s=20)[0] for s in range(20)]
    assert sum(t.verdict == "PASS" for t in trials) <= 1


def test_a_service_that_hangs_fails() -> None:
    trial, _, _ = conduct(Behaviour(100, hangs=True), 50)
    assert trial.verdict == "FAIL"
    assert (trial.requests, trial.latency_ms, trial.slo_percentile_ms) == (0, {}, None)
    assert set(trial.errors) == {"dropped"}


def test_errors_fail() -> None:
    trial, _, _ = conduct(Behaviour(300, error_share=0.05), 100)
    assert trial.verdict == "FAIL"
    assert set(trial.errors) == {"5xx"}


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [(Behaviour(300, steal_cores=0.5), Kind.STEAL), (Behaviour(300, foreign_cores=1.5), Kind.FOREIGN_CPU)],
)
def test_beside_a_disturbance_a_failure_is_invalid_and_a_pass_counts_without_its_readings(
    behaviour: Behaviour, kind: Kind
) -> None:
    failed, _, _ = conduct(behaviour, 500)
    assert (failed.verdict, failed.disturbed) == ("INVALID", True)
    assert failed.reasons[0] == failed.causes[0].sentence
    passed, _, _ = conduct(behaviour, 100)
    assert (passed.verdict, passed.disturbed) == ("PASS", True)
    assert {cause.kind for cause in passed.causes} == {kind}
    assert "does not count" in passed.warnings[-1]
    assert not bottleneck.near_capacity([passed], 100)
    calm, _, _ = conduct(Behaviour(300), 100)
    assert (calm.causes, calm.disturbed, calm.warnings) == ((), False, ())
    assert bottleneck.near_capacity([calm], 100)


def test_a_generator_that_starves_beside_a_disturbance_passes_nothing() -> None:
    trial, _, _ = conduct(Behaviour(1000, generator_rate=250, foreign_cores=1.5), 400, duration_s=20)
    assert (trial.verdict, trial.disturbed) == ("INVALID", True)


def test_a_generator_that_fails_is_invalid_with_its_sentence() -> None:
    trial, _, _ = conduct(Behaviour(300), 100, failure="k6 exited with 107.")
    assert trial.verdict == "INVALID"
    assert trial.reasons[0] == "k6 exited with 107."


def test_a_generator_that_reports_nothing_is_given_up() -> None:
    trial, _, engine = conduct(Behaviour(300), 0.0001, duration_s=300, max_vus=5)
    assert trial.verdict == "INVALID"
    assert engine.clock.now() < 500


def test_a_slow_service_uses_the_whole_trial_and_says_how_few_requests_it_saw() -> None:
    trial, _, _ = conduct(Behaviour(20), 4, duration_s=40)
    assert trial.verdict == "PASS"
    assert trial.duration_s == 40
    assert "Only" in trial.warnings[0]


def test_a_closed_load_has_no_rate() -> None:
    trial, _, _ = conduct(Behaviour(300), 0, users=3, duration_s=15, sequential=False)
    assert trial.verdict == "PASS", trial.reasons
    assert trial.rate_asked == 0
    assert trial.rate_achieved > 100
    assert trial.duration_s == 15


def test_settling_waits_for_the_backlog() -> None:
    engine = SimulatedEngine({"a": Behaviour(100)})
    load = Load("browse", 300, 10, 2000, 1, 1000)
    with engine.deploy(CELL) as target:
        conductor = Conductor(target, engine, engine, engine.clock)
        assert conductor.settle() <= 2
        assert conductor.settle(at_least_s=6) == pytest.approx(6, abs=0.6)
        conductor.warm(load)
        assert 15 <= conductor.settle() <= 25
        conductor.warm(load)
        assert conductor.settle(5) == pytest.approx(5, abs=0.6)


def test_a_load_that_is_thrown_away_is_read_to_its_end() -> None:
    engine = SimulatedEngine({"a": Behaviour(100)})
    finished: list[float] = []

    class Noting:
        def sample(self) -> Sample:
            return engine.sample()

        def gone(self) -> list[Ended]:
            return []

        def finish(self) -> list[Sample]:
            finished.append(engine.clock.now())
            return [engine.sample()]

    with engine.deploy(CELL) as target:
        began = engine.clock.now()
        Conductor(target, engine, Noting(), engine.clock).warm(Load("browse", 10, 5, 100, 1, 1000))
    assert len(finished) == 1
    assert finished[0] - began >= 5


def test_who_was_killed_in_one_trial_does_not_fail_the_next() -> None:
    engine = SimulatedEngine({"a": Behaviour(100)})
    kills = [0]

    class Remembering:
        def gone(self) -> Sequence[Ended]:
            return engine.gone()

        def sample(self) -> Sample:
            memory = ReplicaMemory(10, 0, None, None, kills[0], gone=False, met=kills[0])
            return replace(engine.sample(), replica_memory=(memory,))

        def finish(self) -> list[Sample]:
            return [self.sample()]

    cell = replace(CELL, memory_per_replica=2**26)
    with engine.deploy(cell) as target:
        conductor = Conductor(target, engine, Remembering(), engine.clock)
        kills[0] = 2  # at its start, and under the warm-up
        warmed = conductor.warm(Load("browse", 10, 5, 100, 1, 1000))
        kills[0] = 3  # before the first trial, so that it is the first one's
        load = Load("browse", 10, 40, 100, 1, 1000)
        asked = [Assignment(cell, 0, index, "bisect", SLO, 4.0, Enough(10, 300)) for index in range(2)]
        found = [conductor.conduct(each, load, lambda _: None) for each in asked]
    assert [each.kills for each in warmed.memory] == [2]
    assert [sum(each.kills for each in trial.memory) for trial in found] == [1, 0]
    assert [trial.verdict for trial in found] == ["FAIL", "PASS"]


class Ending(SimulatedEngine):
    """Whose replica ends while a load is ended."""

    def finish(self) -> list[Sample]:
        self.dies_after_s = 0
        return super().finish()


def test_who_ends_while_the_load_does_has_not_carried_it() -> None:
    engine = Ending({"a": Behaviour(300)})
    with engine.deploy(CELL) as target:
        conductor = Conductor(target, engine, engine, engine.clock)
        asked = Assignment(CELL, 0, 0, "confirm", SLO, 4.0, Enough(10, 300))
        trial = conductor.conduct(asked, Load("browse", 100, 40, 400, 1, 1000), lambda _: None)
    assert (trial.verdict, trial.died) == ("FAIL", True)


def test_vus_suffice_until_the_slo_is_broken() -> None:
    assert most_vus(4, SLO) >= 4 * 3 + 20
    assert most_vus(300, SLO) >= 900
    assert most_vus(5000, SLO) == 2000


FAULT_CELL = replace(CELL, fault=Fault(fault="cache-frozen"), rate=50.0)
CALM_CELL = replace(CELL, rate=50.0)


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The virtual clock need not wait for who reads it."""
    monkeypatch.setattr(disruption, "_LOOK_EVERY_S", 0.001)


def conduct_beside(
    engine: DisruptedEngine, cell: Cell = FAULT_CELL, moments: Sequence[float] = (5.0, 12.0), duration_s: float = 20
) -> Trial:
    load = Load("browse", 50, duration_s, 500, 1, 1000)
    with engine.deploy(cell) as target:
        conductor = Conductor(target, engine, engine, engine.clock)
        assignment = Assignment(
            cell, 0, 0, "fixed-rate", SLO, engine.cores, Enough(0, 30), sequential=False, cut_s=3
        )  # fmt: skip
        beside = Disruption(engine.injector(), moments, engine.clock)
        return conductor.conduct(assignment, load, lambda _: None, beside)


def test_a_trial_keeps_what_was_made_to_fail_in_it(brisk: None) -> None:
    engine = DisruptedEngine({"a": Behaviour(300)}, lasts=2.0)
    trial = conduct_beside(engine)
    assert (trial.verdict, trial.duration_s) == ("PASS", 20)
    assert [round(each.begun_s - at) for each, at in zip(trial.episodes, (5, 12), strict=True)] in ([0, 0], [1, 1])
    for each in trial.episodes:
        assert each.over_s is not None
        assert 2 <= each.over_s - each.begun_s <= 4
        assert each.said == ("the cache was stopped", "it went on")
        assert each.before["replicas ready"] == 2
    assert trial.counts_after == {"replicas ready": 2, "counted": 3}
    assert engine.injectors[0].calls[-2:] == ["counts", "end"]
    assert (engine.runs_under_way, running()) == (0, [])


def test_a_trial_in_which_nothing_is_to_fail_keeps_the_moments(brisk: None) -> None:
    trial = conduct_beside(DisruptedEngine({"a": Behaviour(300)}), CALM_CELL)
    assert [each.begun_s == each.over_s for each in trial.episodes] == [True, True]
    assert [5 <= trial.episodes[0].begun_s <= 7, 12 <= trial.episodes[1].begun_s <= 14] == [True, True]
    assert [(each.said, each.before) for each in trial.episodes] == [((), {})] * 2
    assert trial.counts_after == {}


def test_what_the_load_did_not_live_to_see_is_not_among_the_episodes(brisk: None) -> None:
    trial = conduct_beside(DisruptedEngine({"a": Behaviour(300)}), moments=(5.0, 60.0))
    assert len(trial.episodes) == 1
    cut = conduct_beside(DisruptedEngine({"a": Behaviour(300)}, lasts=600), moments=(5.0, 12.0))
    assert [(each.over_s, each.said) for each in cut.episodes] == [(None, ("the cache was stopped",))]


def test_a_fault_that_cannot_be_made_ends_the_trial_and_its_load(brisk: None) -> None:
    engine = DisruptedEngine({"a": Behaviour(300)}, fails_in=0)
    with pytest.raises(EngineError, match="it could not be stopped"):
        conduct_beside(engine)
    assert (engine.runs_under_way, running()) == (0, [])
    assert engine.injectors[0].calls[-1] == "end"
    assert engine.clock.now() < 100 + 2 + 12, "it was not followed to its end"


def test_ctrl_c_undoes_the_fault_before_it_ends_the_load(brisk: None) -> None:
    engine = DisruptedEngine({"a": Behaviour(300)}, lasts=3.0, interrupts_in=1)
    with pytest.raises(KeyboardInterrupt):
        conduct_beside(engine)
    assert engine.injectors[0].calls[-3:] == ["undo 1", "counts", "end"]
    assert engine.undone_beside == [1, 1]
    assert (engine.runs_under_way, running()) == (0, [])


def test_a_load_that_never_begins_makes_nothing_fail(brisk: None) -> None:
    engine = DisruptedEngine({"a": Behaviour(300)}, generator_failure="k6 exited with 107.")
    trial = conduct_beside(engine)
    assert (trial.verdict, trial.episodes) == ("INVALID", ())
    assert engine.injectors[0].calls == []
