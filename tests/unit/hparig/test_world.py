"""Worlds: their pods come and go as the target says, and all that can go wrong does in some of them."""

from __future__ import annotations

import itertools

from hparig.drawing import scenario
from hparig.groups import GROUPS
from hparig.world import Shown, World


def _shows(index: int, syncs: int = 20) -> list[Shown]:
    drawn = scenario("tests", index, "1.37", GROUPS[0])
    world = World(drawn, 1000)
    shown = [world.begin(1000.4)]
    for number in range(1, syncs):
        replicas = shown[-1].replicas
        shown.append(world.advance(drawn.replicas if replicas is None else replicas, 1000.4 + 1.7 * number))
    return shown


def test_a_world_is_the_same_for_the_same_scenario() -> None:
    assert _shows(3) == _shows(3)
    assert _shows(3) != _shows(4)


def test_there_are_as_many_pods_alive_as_the_target_has_to_have() -> None:
    for index in range(20):
        drawn = scenario("tests", index, "1.37", GROUPS[0])
        world = World(drawn, 1000)
        for replicas, shown in ((drawn.replicas, world.begin(1000.0)), (5, world.advance(5, 1002.0))):
            if shown.replicas is None:
                listed = [pod for pod in shown.pods if pod.listed and not pod.deleted]
                assert sum(pod.phase in ("Pending", "Running") for pod in listed) == replicas


def test_times_are_whole_seconds_as_the_api_server_keeps_them() -> None:
    for shown in _shows(5):
        for pod in shown.pods:
            assert all(float(each).is_integer() for each in (pod.started_s, pod.ready_since_s, pod.sampled_s) if each)


def test_everything_that_can_go_wrong_does_in_some_world() -> None:
    shown = [each for index in range(80) for each in _shows(index)]
    pods = [pod for each in shown for pod in each.pods]
    assert {pod.phase for pod in pods} == {"Pending", "Running", "Succeeded", "Failed"}
    assert {pod.ready for pod in pods} == {True, False, "Unknown", None}
    assert any(pod.deleted for pod in pods)
    assert any(not pod.listed for pod in pods)
    assert any(pod.started_s is None for pod in pods)
    assert any(not each.usage for pod in pods for each in pod.parts.values() if pod.phase == "Running")
    assert any(each.failing for each in shown)
    assert any(total is None for each in shown for total in each.totals.values())
    assert any(isinstance(total, tuple) for each in shown for total in each.totals.values())
    assert {each.replicas for each in shown} >= {None, 0}
    assert any(before.spec != after.spec for before, after in itertools.pairwise(shown))
