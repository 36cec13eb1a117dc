"""What happens to the parts around the replicas."""

from __future__ import annotations

import pytest
from stage import NAME, Stage, TheLoadIsOver, state, until

from scalebed.engines.local.faults import of_parts
from scalebed.experiment.faults import Fault
from scalebed.messages import EngineError

STOPPED = {"T", "D"}


def test_the_balancer_is_told_of_the_replicas_that_it_has(stage: Stage) -> None:
    of_parts.balancer_reloaded(stage.scene(Fault(fault="balancer-reloaded")))
    assert stage.balancer.told == [{NAME: stage.ports}]


def test_a_pooler_that_is_restarted_is_asked_and_one_that_is_killed_is_not(stage: Stage) -> None:
    child = stage.pooler.child
    first = child.process
    of_parts.pooler_restarted(stage.scene(Fault(fault="pooler-restarted")))
    assert (first.returncode, child.process.poll()) == (0, None)
    second = child.process
    of_parts.pooler_killed(stage.scene(Fault(fault="pooler-killed", restart_after=0.05)))
    assert (second.returncode, child.process.poll()) == (-9, None)
    assert stage.pooler.calls == ["wait", "wait"]
    assert stage.paused == [0.05]


@pytest.mark.parametrize(("name", "status"), [("database-restarted", 0), ("database-crashed", 2)])
def test_a_database_is_asked_to_shut_down_or_ends_at_once(stage: Stage, name: str, status: int) -> None:
    before = stage.database.child.process
    act = {"database-restarted": of_parts.database_restarted, "database-crashed": of_parts.database_crashed}[name]
    act(stage.scene(Fault.model_validate({"fault": name, "restart_after": 0.05})))
    assert before.returncode == status
    assert stage.database.calls == ["wait"]
    assert (stage.database.child.process.poll(), stage.database.child.excused) == (None, False)


@pytest.mark.parametrize("name", ["database", "cache"])
def test_a_part_that_is_stopped_has_not_ended(stage: Stage, name: str) -> None:
    act = {"database": of_parts.database_frozen, "cache": of_parts.cache_frozen}[name]
    part = getattr(stage, name)
    pid = part.child.process.pid
    # A signal takes a moment to arrive. A shell whose child was stopped between vfork and exec waits for it in D.
    stage.begun = lambda: until(lambda: state(pid) in STOPPED)
    act(stage.scene(Fault.model_validate({"fault": f"{name}-frozen", "lasts": 0.05})))
    until(lambda: state(pid) not in STOPPED)
    assert part.child.process.poll() is None


def test_every_connection_to_the_services_database_is_ended(stage: Stage) -> None:
    of_parts.connections_killed(stage.scene(Fault(fault="connections-killed")))
    connected, ended = stage.database.calls
    assert connected == ("connect", "postgres"), "or it would end its own"
    assert isinstance(ended, tuple)
    assert ended[2] == "rows"


def test_tables_are_locked_in_one_transaction_for_as_long_as_it_lasts(stage: Stage) -> None:
    stage.begun = lambda: stage.database.calls.append("begun")
    of_parts.tables_locked(stage.scene(Fault(fault="tables-locked", lasts=0.05)))
    names = [call if isinstance(call, str) else call[0] for call in stage.database.calls]  # type: ignore[index]
    assert names == ["connect", "execute", "transaction", "execute", "begun", "commit"]
    assert stage.paused == [0.05]


def test_a_database_without_tables_is_one_sentence(stage: Stage) -> None:
    stage.database.rows = []
    with pytest.raises(EngineError, match=r"^tables-locked: database rows has no table; leave this fault out$"):
        of_parts.tables_locked(stage.scene(Fault(fault="tables-locked")))
    assert stage.told == []


@pytest.mark.parametrize("over", [True, False])
def test_a_full_cache_takes_all_again_afterwards(stage: Stage, over: bool) -> None:
    stage.over_after = 0 if over else None
    scene = stage.scene(Fault(fault="cache-full", lasts=0.05))
    if over:
        with pytest.raises(TheLoadIsOver):
            of_parts.cache_full(scene)
    else:
        of_parts.cache_full(scene)
    assert stage.cache.calls == [True, False]


def test_a_slow_part_is_slow_by_the_delay_and_a_silent_one_is_silent(stage: Stage) -> None:
    of_parts.cache_slow(stage.scene(Fault(fault="cache-slow", delay=0.02, lasts=0.05)))
    of_parts.database_unreachable(stage.scene(Fault(fault="database-unreachable", lasts=0.05)))
    assert stage.links.calls == [
        ("slow", "cache", 0.02), ("over", "slow", "cache", 0.02),
        ("silent", "database"), ("over", "silent", "database"),
    ]  # fmt: skip
    assert stage.told[0] == ("begun", "the cache’s answers came 20 ms later")


def test_a_cache_is_emptied_once(stage: Stage) -> None:
    of_parts.cache_flushed(stage.scene(Fault(fault="cache-flushed")))
    assert stage.cache.calls == ["empty"]
