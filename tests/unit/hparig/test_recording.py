"""From what was played and heard to a trace, and from that to a verdict on the model."""

from __future__ import annotations

from typing import Any

from hparig.audit import Event, Kind
from hparig.drawing import Scenario
from hparig.driver import Played, Shift
from hparig.groups import GROUPS
from hparig.judging import judged, summed
from hparig.recording import Recorded, recorded
from hparig.world import Shown
from scalebed.autoscaling.pods import Pod

_E = 1_700_000_000
_SPEC = {
    "maxReplicas": 10,
    "metrics": [
        {
            "type": "Resource",
            "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}},
        }
    ],
}
_SCENARIO = Scenario("tests", 1, "1.37", GROUPS[0], _SPEC, {"app": {"cpu": "100m"}}, 1, 0, 15, False)


def _shown(usage: str) -> Shown:
    pod = Pod(name="a", requests={"cpu": "100m"}, usage={"cpu": usage})
    return Shown(_E, (pod,), {}, (), 1, _SPEC, None)


def _event(kind: Kind, at_s: float, **body: Any) -> Event:
    return Event(kind, "short-0001", _E + at_s, _E + at_s + 0.005, body)


def _played() -> Played:
    """Two syncs: 1 → 2, then 2 stay; the world changes in between, 2.3 s after it began."""
    status = {"desiredReplicas": 2, "conditions": [{"type": "ScalingActive", "reason": "ValidMetricFound"}]}
    return Played(
        _SCENARIO,
        [Shift(_E, _E + 0.5, _shown("120m")), Shift(_E + 2.3, _E + 2.4, _shown("60m"))],
        [
            _event("looked", 2, spec={"replicas": 1}, status={"replicas": 1}),
            _event("rescaled", 2.02, spec={"replicas": 2}),
            _event("said", 2.03, status=status),
            _event("looked", 3.7, spec={"replicas": 2}, status={}),
            # The last one is not over, and so none.
            _event("looked", 5.4, spec={"replicas": 2}, status={}),
        ],
    )


def _recorded(played: Played) -> Recorded:
    return recorded(played, [_E + 2.01], [_E + 2.009, _E + 3.71])


def test_a_trace_says_what_the_controller_saw_when_and_what_it_did() -> None:
    first, second = _recorded(_played()).trace.syncs
    assert (first.at_s, first.replicas, first.status_replicas, first.rescaled_at_s) == (2.01, 1, 1, 2.025)
    assert (second.at_s, second.replicas, second.status_replicas, second.rescaled_at_s) == (3.71, 2, 0, None)
    assert first.pods is not None
    assert second.pods is not None
    assert [pod.used("cpu", None) for pod in (*first.pods, *second.pods)] == [120, 60]
    # A status that is not written again is as it was.
    assert first.seen == second.seen
    assert first.seen is not None
    assert (first.seen.desired, first.seen.reasons) == (2, {"ScalingActive": "ValidMetricFound"})


def test_a_look_after_a_refusal_is_no_sync_of_its_own() -> None:
    played = _played()
    refused = [_event("refused", 2.012), _event("looked", 2.014, spec={"replicas": 7})]
    played.events[1:1] = refused
    assert _recorded(played).trace == _recorded(_played()).trace


def test_a_sync_during_which_the_world_changed_is_named() -> None:
    played = _played()
    assert _recorded(played).torn == ()
    played.shifts[1] = Shift(_E + 3.6, _E + 3.75, _shown("60m"))
    assert _recorded(played).torn == (1,)
    played.shifts[1] = Shift(_E + 3.65, _E + 3.65, _shown("60m"), spec_alone=True)
    assert _recorded(played).torn == ()


def test_the_model_is_judged_by_what_was_seen() -> None:
    tally = judged("short-0001", _recorded(_played()).trace)
    assert (tally.decisions, tally.rescaled, tally.agreed) == (2, 1, 2)
    wrong = _played()
    wrong.events[2] = _event("said", 2.03, status={"desiredReplicas": 3, "conditions": []})
    tally = judged("short-0001", _recorded(wrong).trace, (1,))
    assert (tally.decisions, tally.agreed, tally.left_out, tally.left_out_agreed) == (1, 0, 1, 0)
    assert [(each.sync, each.real, each.model) for each in tally.disagreements] == [(0, 3, 2)]


def test_tallies_are_added_up() -> None:
    tally = judged("short-0001", _recorded(_played()).trace)
    both = summed([tally, tally])
    assert (both.scenarios, both.decisions, both.agreed, both.reasons) == (2, 4, 4, 2 * tally.reasons)
