"""Each fault by its name: it begins, it is undone, and it leaves the cell as it was."""

from __future__ import annotations

import threading
from typing import get_args

import pytest
from stage import Stage, TheLoadIsOver, state, until

from scalebed.engines.local.faults import of_replicas
from scalebed.engines.local.faults.injector import ACTS
from scalebed.experiment.faults import NATURES, Fault, FaultName
from scalebed.messages import EngineError

NAMES: tuple[FaultName, ...] = get_args(FaultName)


def soon(name: FaultName, **more: object) -> Fault:
    """As it is, but short."""
    nature = NATURES[name]
    keys: dict[str, object] = {"fault": name}
    keys |= {"lasts": 0.1} if nature.lasts else {}
    keys |= {"restart_after": 0.05} if nature.restarts or nature.part == "service" else {}
    return Fault.model_validate({**keys, **more})


def test_every_fault_has_an_act_of_its_own() -> None:
    assert set(ACTS) == set(NAMES)
    assert len(set(ACTS.values())) == len(NAMES)


def assert_whole(stage: Stage) -> None:
    """That all that was there runs, as it did."""
    children = stage.children
    assert [child.process.poll() for child in children] == [None] * 5
    assert not any(child.excused for child in children)
    until(lambda: not any(state(pid) == "T" for child in children for pid in child.group.pids()))
    assert list(stage.processes.ended()) == []
    assert not [thread for thread in threading.enumerate() if thread.name == "supervisor"]
    assert len(stage.members) == 2
    until(lambda: stage.injector(soon("rollout")).counts()["replicas ready"] == 2)


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_begins_is_over_and_leaves_all_as_it_was(stage: Stage, name: FaultName) -> None:
    injector = stage.injector(soon(name))
    injector.begin()
    for number in range(2):
        stage.inject(injector, number)
    injector.end()
    injector.end()
    assert [when for when, _ in stage.told] == ["begun", "over"] * 2
    assert all(what and "None" not in what for _, what in stage.told)
    assert_whole(stage)
    assert all(
        begun == ("over", *made) for made, begun in zip(stage.links.calls[::2], stage.links.calls[1::2], strict=True)
    )
    assert bool(stage.links.calls) == NATURES[name].linked


@pytest.mark.parametrize("name", [name for name in NAMES if NATURES[name].lasts or NATURES[name].restarts])
def test_a_load_that_is_over_meanwhile_finds_all_put_back(stage: Stage, name: FaultName) -> None:
    """In the first pause after it has begun."""
    stage.over_after = 0
    injector = stage.injector(soon(name))
    injector.begin()
    with pytest.raises(TheLoadIsOver):
        stage.inject(injector)
    until(lambda: all(child.process.poll() is None for child in stage.children))
    injector.end()
    assert [when for when, _ in stage.told] == ["begun"]
    assert_whole(stage)


def test_counts_are_of_what_is_ready_was_started_again_and_is_connected(stage: Stage) -> None:
    injector = stage.injector(soon("replica-killed"))
    assert injector.counts() == {"replicas ready": 2, "restarts": 0, "database connections": 7}
    injector.begin()
    stage.inject(injector)
    assert injector.counts() == {"replicas ready": 2, "restarts": 1, "database connections": 7}
    injector.end()


def test_connections_of_a_database_that_is_away_are_not_known(stage: Stage) -> None:
    injector = stage.injector(soon("database-crashed", restart_after="never"))
    injector.begin()
    stage.inject(injector)
    assert injector.counts() == {"replicas ready": 2, "restarts": 0}
    injector.end()


@pytest.mark.parametrize("name", ["database-crashed", "database-restarted"])
def test_a_database_that_was_to_stay_away_is_back_for_the_next_cell(stage: Stage, name: FaultName) -> None:
    injector = stage.injector(soon(name, restart_after="never"))
    injector.begin()
    stage.inject(injector)
    assert [when for when, _ in stage.told] == ["begun"]
    assert stage.database.child.process.poll() is not None
    assert list(stage.processes.ended()) == [], "which nobody need report"
    injector.end()
    assert stage.database.calls[-1] == "wait"
    assert_whole(stage)
    injector.end()
    assert stage.database.calls.count("wait") == 1


@pytest.mark.parametrize(("name", "part"), [("pooler-killed", "pooler"), ("cache-killed", "cache")])
def test_a_part_that_was_to_stay_away_does(stage: Stage, name: FaultName, part: str) -> None:
    injector = stage.injector(soon(name, restart_after="never"))
    injector.begin()
    stage.inject(injector)
    injector.end()
    child = getattr(stage, part).child
    assert (child.process.poll() is not None, child.excused) == (True, True)
    assert [when for when, _ in stage.told] == ["begun"]


def test_a_replica_that_cannot_be_started_again_is_one_sentence(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_replicas, "_NOTICED_S", 0.0)
    victim = stage.members[0].child

    def cannot() -> object:
        raise OSError("no memory")

    victim.spawn = cannot  # type: ignore[assignment]
    injector = stage.injector(soon("replica-killed"))
    injector.begin()
    with pytest.raises(EngineError, match=r"^mine-0 could not be started again: no memory$"):
        stage.inject(injector)
    with pytest.raises(EngineError, match=r"^replica-killed-0-05s: mine-0 could not be started again: no memory$"):
        injector.end()
