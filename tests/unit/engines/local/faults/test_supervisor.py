"""Who minds replicas while faults happen."""

from __future__ import annotations

import signal
import threading
import time

import pytest
from stage import Stage, until

from scalebed.engines.local.faults.supervisor import Supervisor
from scalebed.engines.local.isolation.processes import accepts
from scalebed.engines.local.parts.replicas import Replica
from scalebed.messages import EngineError


def made(stage: Stage, restart_after_s: float | None = 0.05) -> Supervisor:
    return Supervisor(stage.processes, stage.members, lambda each: accepts(each.port), restart_after_s)


def test_one_that_ends_by_itself_is_started_again_with_the_same_port(stage: Stage) -> None:
    supervisor = made(stage)
    supervisor.start()
    assert supervisor.all_ready()
    victim = stage.members[0].child
    before = victim.process
    before.kill()
    until(lambda: victim.process is not before)
    until(supervisor.all_ready)
    supervisor.stop()
    assert (supervisor.restarts, victim.number) == (1, victim.number)
    assert accepts(stage.ports[0])


def test_one_that_is_killed_is_not_ready_until_it_is_back(stage: Stage) -> None:
    supervisor = made(stage, 0.3)
    supervisor.start()
    killed_at = time.monotonic()
    supervisor.kill(stage.members[1])
    assert not supervisor.all_ready()
    until(supervisor.all_ready)
    assert time.monotonic() - killed_at >= 0.3
    supervisor.stop()
    assert supervisor.restarts == 1


def test_where_nobody_is_to_start_it_it_stays_away_and_is_no_surprise(stage: Stage) -> None:
    supervisor = made(stage, None)
    supervisor.start()
    supervisor.kill(stage.members[0])
    time.sleep(0.2)
    supervisor.stop()
    assert (supervisor.restarts, supervisor.all_ready()) == (0, False)
    assert list(stage.processes.ended()) == []
    assert [each.child.excused for each in stage.members] == [True, False]


def test_what_ends_afterwards_is_a_surprise_again(stage: Stage) -> None:
    supervisor = made(stage)
    supervisor.start()
    assert all(each.child.excused for each in stage.members)
    supervisor.stop()
    supervisor.stop()
    child = stage.members[0].child
    child.process.kill()
    child.process.wait(10)
    assert list(stage.processes.ended()) == [child]
    time.sleep(0.15)
    assert child.process.poll() is not None, "and nobody starts it again"


def test_one_that_comes_while_it_minds_is_minded_too_and_one_that_went_is_not(stage: Stage) -> None:
    supervisor = made(stage)
    supervisor.start()
    gone = stage.members.pop(0)
    time.sleep(0.15)
    stage.processes.end(gone.child, signal.SIGKILL)
    late = stage.replica("late")
    stage.members.append(late)
    until(lambda: late.child.excused)
    before = late.child.process
    before.kill()
    until(lambda: late.child.process is not before)
    supervisor.stop()
    assert gone.child.process.poll() is not None
    assert supervisor.restarts == 1


@pytest.mark.parametrize("error", [OSError("no memory"), EngineError("no group")])
def test_one_that_cannot_be_started_is_one_sentence_and_the_others_are_minded_no_more(
    stage: Stage, error: Exception
) -> None:
    def cannot() -> object:
        raise error

    stage.members[0].child.spawn = cannot  # type: ignore[assignment]
    supervisor = made(stage)
    supervisor.start()
    supervisor.kill(stage.members[0])
    until(lambda: supervisor.failure)
    assert supervisor.failure == f"mine-0 could not be started again: {error}"
    with pytest.raises(EngineError, match="could not be started again"):
        supervisor.all_ready()
    supervisor.stop()
    assert supervisor.restarts == 0


def test_none_is_left_after_it_has_stopped(stage: Stage) -> None:
    for _ in range(3):
        supervisor = made(stage)
        supervisor.start()
        supervisor.stop()
    assert not [each for each in threading.enumerate() if each.name == "supervisor"]
    never = made(stage)
    never.stop()


def test_workers_that_outlived_their_server_do_not_hold_its_port(stage: Stage) -> None:
    supervisor = made(stage)
    replica: Replica = stage.members[0]
    workers = set(replica.group.pids()) - {replica.child.process.pid}
    assert workers
    supervisor.start()
    before = replica.child.process
    before.kill()
    until(lambda: replica.child.process is not before)
    until(supervisor.all_ready)
    supervisor.stop()
    assert not workers & set(replica.group.pids())
