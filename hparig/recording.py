"""A trace of what was played: for each look of the controller, what it saw, and what it then did."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hparig.audit import Event
from hparig.driver import Played, Shift
from scalebed.autoscaling.trace import Trace

_NEAR_S = 0.05
"""Watches and informers take less."""


@dataclass(frozen=True)
class Recorded:
    """`torn` are indices of syncs during which the world changed: what the controller saw of it is not known."""

    trace: Trace
    torn: tuple[int, ...]


@dataclass(frozen=True)
class _Look:
    looked: Event
    rescaled: Event | None
    said: Event | None
    until: float


def recorded(played: Played, proposed: Sequence[float], answered: Sequence[float]) -> Recorded:
    """`proposed` and `answered` say when the controller had its proposals, and when metrics were read."""
    scenario, epoch = played.scenario, played.shifts[0].shown.epoch
    syncs: list[dict[str, Any]] = []
    torn: list[int] = []
    desired, reasons = 0, {}
    before: Shift | None = None
    # The last one may not be over.
    for number, look in enumerate(list(_looks(played.events))[:-1]):
        at = _first(proposed, look) or _last(answered, look) or look.looked.ended
        shift = next(
            each for each in reversed(played.shifts) if each.ended <= look.looked.begun or each is played.shifts[0]
        )
        if any(_overlap(each, look.looked.begun, at) for each in played.shifts[1:]):
            torn.append(number)
        sync: dict[str, Any] = {
            "at_s": round(at - epoch, 6),
            "replicas": look.looked.replicas,
            "status_replicas": look.looked.body.get("status", {}).get("replicas", 0),
        }
        if look.rescaled is not None:
            sync["rescaled_at_s"] = round(look.rescaled.ended - epoch, 6)
        sync |= _changed(shift, before)
        before = shift
        if look.said is not None:
            status = look.said.body["status"]
            desired = status.get("desiredReplicas", 0)
            reasons = {each["type"]: each["reason"] for each in status.get("conditions", [])}
        sync["seen"] = {"desired": desired, "reasons": reasons}
        syncs.append(sync)
    document = {
        "format": "scalebed-hpa-trace/1",
        "release": scenario.release,
        "about": f"scenario {scenario.name} of seed {scenario.seed}, a sync every {scenario.group.sync_s:g} s",
        "controller": scenario.group.settings_of(scenario.release).model_dump(exclude_none=True),
        "spec": scenario.spec,
        "syncs": syncs,
    }
    return Recorded(Trace.model_validate(document), tuple(torn))


def _overlap(shift: Shift, looked: float, decided: float) -> bool:
    return not shift.spec_alone and shift.begun < decided + _NEAR_S and shift.ended > looked - _NEAR_S


def _looks(events: Sequence[Event]) -> Iterator[_Look]:
    """Each with what followed it until the next; a sync's own requests come one after the other. A look after a refusal
    belongs to the sync that was refused."""
    ordered = sorted(events, key=lambda event: event.begun)
    before = [None, *(event.kind for event in ordered)]
    starts = [number for number, event in enumerate(ordered) if event.kind == "looked" and before[number] != "refused"]
    for start, end in zip(starts, [*starts[1:], len(ordered)], strict=True):
        rest = ordered[start + 1 : end]
        until = ordered[end].begun if end < len(ordered) else float("inf")
        yield _Look(
            ordered[start],
            next((event for event in rest if event.kind == "rescaled"), None),
            next((event for event in reversed(rest) if event.kind == "said"), None),
            until,
        )


def _first(moments: Sequence[float], look: _Look) -> float | None:
    place = bisect_left(moments, look.looked.begun)
    return moments[place] if place < len(moments) and moments[place] < look.until else None


def _last(moments: Sequence[float], look: _Look) -> float | None:
    place = bisect_left(moments, look.until)
    return moments[place - 1] if place and moments[place - 1] >= look.looked.begun else None


def _changed(shift: Shift, before: Shift | None) -> Mapping[str, Any]:
    """What a trace's sync says anew; what fails has to be said every time."""
    shown, last = shift.shown, None if before is None else before.shown
    said: dict[str, Any] = {"failing": shown.failing} if shown.failing else {}
    if last is None or shown.pods != last.pods:
        said["pods"] = [pod.model_dump(exclude_defaults=True) for pod in shown.pods]
    if last is None or shown.totals != last.totals:
        said["totals"] = shown.totals
    if last is not None and shown.spec != last.spec:
        said["spec"] = shown.spec
    return said
