"""Plays one scenario: a change of its world after every sync of the controller."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hparig.audit import Event
from hparig.cluster import Namespace
from hparig.drawing import Scenario
from hparig.world import Shown, World
from scalebed.messages import EngineError

_SETTLED_S = 0.7
"""This long after a look at the target the controller's sync is over, and the next one not near."""
_QUIET_S = 0.3
"""Before a spec changes, which some releases look at at once."""
_LATE_S = 30


@dataclass(frozen=True)
class Shift:
    """A change of the world; seconds since 1970. One of the spec alone is seen whole or not at all."""

    begun: float
    ended: float
    shown: Shown
    spec_alone: bool = False


@dataclass
class Played:
    scenario: Scenario
    shifts: list[Shift] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def play(
    scenario: Scenario, namespace: Namespace, events: queue.Queue[Event], tell: Callable[[str, Shown], None]
) -> Played:
    """To its end. `tell` is for the metrics APIs. Raises EngineError where the controller does not look."""
    world = World(scenario, int(time.time()))
    played = Played(scenario)

    def shift(shown: Shown) -> None:
        spec = played.shifts[-1].shown.spec if played.shifts else shown.spec
        begun = time.time()
        tell(scenario.name, shown)
        namespace.show(replace(shown, spec=spec))
        played.shifts.append(Shift(begun, time.time(), replace(shown, spec=spec)))
        if shown.spec != spec:
            # The controller may look at once, and has to find the pods in its cache by then.
            time.sleep(_QUIET_S)
            now = time.time()
            played.shifts.append(Shift(now, now, shown, spec_alone=True))
            namespace.show(replace(shown, replicas=None))

    namespace.create(scenario.replicas)
    shift(world.begin(time.time()))
    namespace.autoscale(scenario.spec)
    replicas = scenario.replicas
    for number in range(scenario.group.syncs):
        _await_look(events, played, scenario)
        time.sleep(_SETTLED_S)
        replicas = _drained(events, played, replicas)
        if number + 1 < scenario.group.syncs:
            shown = world.advance(replicas, time.time())
            replicas = replicas if shown.replicas is None else shown.replicas
            shift(shown)
    namespace.stop()
    return played


def _await_look(events: queue.Queue[Event], played: Played, scenario: Scenario) -> None:
    end = time.monotonic() + scenario.group.sync_s + _LATE_S
    while True:
        try:
            event = events.get(timeout=max(end - time.monotonic(), 0.01))
        except queue.Empty:
            raise EngineError(f"{scenario.name}: the controller has not looked for {_LATE_S} s") from None
        played.events.append(event)
        if event.kind == "looked":
            return


def _drained(events: queue.Queue[Event], played: Played, replicas: int) -> int:
    """What the target has to have after all that has happened; a look that is among it is over too."""
    while True:
        try:
            played.events.append(events.get_nowait())
        except queue.Empty:
            break
    told = [event.replicas for event in played.events if event.kind in ("looked", "rescaled")]
    return told[-1] if told else replicas
