"""What happens to replicas, and to which."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import pytest
from stage import NAME, Stage, TheLoadIsOver, state, until

from scalebed.engines.local.faults import of_replicas, scene
from scalebed.engines.local.isolation.processes import accepts
from scalebed.experiment.faults import Fault
from scalebed.messages import EngineError

KILLED = Fault(fault="replica-killed", restart_after=0.05)
FROZEN = Fault(fault="replica-frozen", lasts=0.1)
SLOW = Fault(fault="replica-slow", lasts=0.1)
SCALED = Fault(fault="scale-in", lasts=0.1)


def test_one_replica_is_killed_with_its_workers_and_comes_back_alone(stage: Stage) -> None:
    supervisor = stage.supervisor(KILLED)
    first, second = (each.child.process.pid for each in stage.members)
    workers = set(stage.members[0].group.pids()) - {first}
    supervisor.start()
    of_replicas.killed(stage.scene(KILLED, supervisor=supervisor))
    supervisor.stop()
    assert stage.told == [("begun", "replica 1 was killed"), ("over", "every replica was ready")]
    assert stage.members[0].child.process.pid != first
    assert stage.members[1].child.process.pid == second
    assert workers
    assert not [pid for pid in workers if state(pid) not in ("", "Z")]
    assert accepts(stage.ports[0])
    assert supervisor.restarts == 1


def test_the_next_one_hits_the_next_replica(stage: Stage) -> None:
    told = [stage.scene(FROZEN, number).replica for number in range(4)]
    assert told == [*stage.members, *stage.members]


def test_the_biggest_process_of_a_replica_is_killed(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = Fault(fault="worker-killed", restart_after=0.05)
    supervisor = stage.supervisor(fault)
    supervisor.start()
    server = stage.members[1].child.process.pid
    of_replicas.worker_killed(stage.scene(fault, 1, supervisor))
    supervisor.stop()
    assert stage.told[0] == ("begun", f"process {server} of replica 2 was killed"), "Python takes more than sleep does"
    assert stage.told[1] == ("over", "every replica was ready")
    assert stage.members[1].child.process.pid != server


def test_a_replica_without_a_process_is_one_sentence(stage: Stage) -> None:
    stage.processes.end(stage.members[0].child, signal.SIGKILL)
    fault = Fault(fault="worker-killed", restart_after="never")
    with pytest.raises(EngineError, match=r"^worker-killed-never-back: replica 1 has no process; run the same again$"):
        of_replicas.worker_killed(stage.scene(fault))


def test_all_of_a_replica_is_stopped_and_goes_on(stage: Stage) -> None:
    def states(number: int) -> set[str]:
        return {state(pid) for pid in stage.members[number].group.pids()}

    stage.begun = lambda: until(lambda: states(0) == {"T"})  # a signal takes a moment to arrive
    of_replicas.frozen_for_a_while(stage.scene(FROZEN))
    until(lambda: "T" not in states(0))
    assert "T" not in states(1)
    assert [each.child.process.poll() for each in stage.members] == [None, None]
    assert stage.paused == [0.1]


def test_what_was_stopped_goes_on_where_the_load_is_over(stage: Stage) -> None:
    stage.over_after = 0
    with pytest.raises(TheLoadIsOver):
        of_replicas.frozen_for_a_while(stage.scene(FROZEN))
    until(lambda: "T" not in {state(pid) for pid in stage.members[0].group.pids()})
    assert [when for when, _ in stage.told] == ["begun"]


class Limited:
    """A group of which only the limit is asked for."""

    def __init__(self) -> None:
        self.limits: list[float | None] = []

    def limit(self, cores: float | None) -> None:
        self.limits.append(cores)


@pytest.mark.parametrize("over", [True, False])
def test_a_slow_replica_has_a_tenth_of_its_quota_for_a_while(stage: Stage, over: bool) -> None:
    group = Limited()
    stage.members[0] = replace(stage.members[0], group=group)  # type: ignore[arg-type]
    stage.over_after = 0 if over else None
    if over:
        with pytest.raises(TheLoadIsOver):
            of_replicas.slow(stage.scene(SLOW))
    else:
        of_replicas.slow(stage.scene(SLOW))
        assert stage.told == [("begun", "replica 1 had 0.05 cores"), ("over", "it had 0.5 cores again")]
    assert group.limits == [pytest.approx(0.05), 0.5]


def test_without_a_quota_no_replica_is_slow(tmp_path: Path) -> None:
    stage = Stage(tmp_path, cpu=None)
    try:
        with pytest.raises(EngineError, match="no CPU quota can be set on this host; leave this fault out"):
            of_replicas.slow(stage.scene(SLOW))
    finally:
        stage.close()


def test_a_rollout_replaces_each_and_is_never_short_of_one(stage: Stage) -> None:
    before = list(stage.members)
    alive: list[int] = []
    pause = stage.pause

    def counted(seconds: float) -> None:
        alive.append(sum(accepts(port) for port in {*stage.ports, *(each.port for each in before)}))
        pause(seconds)

    of_replicas.rollout(replace(stage.scene(Fault(fault="rollout")), pause=counted))
    assert [each.child.process.poll() is not None for each in before] == [True, True]
    assert not {each.port for each in before} & set(stage.ports)
    assert len(stage.members) == len(stage.running.replicas[NAME]) == 2
    assert min(alive) >= 2
    old, new = [each.port for each in before], stage.ports
    assert stage.balancer.told == [{NAME: [new[0], old[1]]}, {NAME: new}]
    assert stage.told == [("begun", "the first new replica was started"), ("over", "the last old replica had ended")]
    assert len(stage.running.groups[NAME]) == 4, "the CPU of those that ended is counted on"


def test_a_replica_that_is_scaled_in_gets_no_request_and_comes_back_to_its_place(stage: Stage) -> None:
    first, second = stage.ports
    seen: list[int | None] = []
    pids = [each.child.process.pid for each in stage.members]
    victim = stage.members[0]
    pause = stage.pause

    def looking(seconds: float) -> None:
        seen.append(victim.child.process.poll())
        pause(seconds)

    of_replicas.scale_in(replace(stage.scene(SCALED), pause=looking))
    assert stage.balancer.told == [{NAME: [second]}, {NAME: [first, second]}]
    assert seen[0] is None, "the balancer forgets it before it is asked to stop"
    assert seen[1] is not None
    assert stage.ports == [first, second], "so that the next one hits the other"
    assert victim.child.process.pid != pids[0]
    assert stage.members[1].child.process.pid == pids[1]


@pytest.mark.parametrize("over_after", [0, 1])
def test_a_replica_that_was_to_be_scaled_in_is_back_where_the_load_is_over(stage: Stage, over_after: int) -> None:
    """While the balancer forgets it, and while it is away."""
    ports = stage.ports
    stage.over_after = over_after
    with pytest.raises(TheLoadIsOver):
        of_replicas.scale_in(stage.scene(SCALED))
    assert stage.ports == ports
    until(lambda: all(accepts(port) for port in ports))


def test_what_takes_too_long_is_one_sentence(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scene, "BACK_WITHIN_S", 0.1)
    with pytest.raises(EngineError, match=r"^replica-killed-0-05s: it was not there within 0\.1 s; see the logs in /"):
        stage.scene(KILLED).until(lambda: False, "it was not there")
