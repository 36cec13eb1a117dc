"""One scenario, played against a controller that is a list of events."""

from __future__ import annotations

import queue
from dataclasses import replace
from pathlib import Path

import pytest

from hparig import driver
from hparig.api import Address, Api, Object
from hparig.audit import Event, Kind
from hparig.cluster import Namespace
from hparig.drawing import scenario
from hparig.driver import play
from hparig.groups import GROUPS
from hparig.world import Shown
from scalebed.messages import EngineError


class _Silent(Api):
    """Takes everything."""

    def __init__(self) -> None:
        super().__init__(Address(0, Path("none"), ""))

    def _ask(self, method: str, path: str, body: Object | list[Object] | None = None) -> Object:
        return {}


def _event(kind: Kind, at: float, replicas: int) -> Event:
    return Event(kind, "short-0000", at, at, {"spec": {"replicas": replicas}} if kind != "said" else {"status": {}})


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("_SETTLED_S", 0.02), ("_QUIET_S", 0.02), ("_LATE_S", 0.1)):
        monkeypatch.setattr(driver, name, seconds)


def _play(syncs: int, events: list[Event], told: list[Shown]) -> driver.Played:
    drawn = replace(scenario("tests", 0, "1.37", GROUPS[0]), unrest=0)
    drawn = replace(drawn, group=replace(drawn.group, syncs=syncs, sync_s=0.1))
    heard: queue.Queue[Event] = queue.Queue()
    for event in events:
        heard.put(event)

    def tell(_: str, shown: Shown) -> None:
        told.append(shown)

    return play(drawn, Namespace(_Silent(), drawn.name), heard, tell)


def test_the_world_is_there_before_the_autoscaler_and_changes_after_no_last_sync() -> None:
    told: list[Shown] = []
    played = _play(1, [_event("looked", 1, 2)], told)
    assert [event.kind for event in played.events] == ["looked"]
    assert [shift.shown for shift in played.shifts] == told
    assert len(told) == 1


def test_the_world_follows_what_the_controller_has_told_its_target() -> None:
    for events, replicas in (
        ([_event("looked", 1, 2)], 2),
        ([_event("looked", 1, 2), _event("rescaled", 1.1, 7), _event("said", 1.2, 0)], 7),
    ):
        told: list[Shown] = []
        with pytest.raises(EngineError, match="the controller has not looked"):
            _play(2, events, told)
        alive = [pod for pod in told[1].pods if not pod.deleted and pod.phase in ("Pending", "Running")]
        assert len(alive) == (replicas if told[1].replicas is None else told[1].replicas)


def test_a_controller_that_does_not_look_is_said() -> None:
    with pytest.raises(EngineError, match="short-0000: the controller has not looked for"):
        _play(1, [], [])
