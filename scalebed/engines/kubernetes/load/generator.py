"""Drives a target with TestRuns of the k6-operator.

A TestRun takes from a quarter of a minute to more than a whole one to start, so one TestRun steps through the load
that is asked for and those that are foreseen to follow (`Load.then`), with a gap without arrivals between them. Whoever
then asks for the next of them gets it from the TestRun that runs; whoever asks for another load gets another TestRun.

The operator's stage decides nothing: a run begins when every runner has had an arrival, and how it ended is said by
the runners' exit codes. The stage can also stand still for ever, so there is a limit, after which the pod that is to
blame is named.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from scalebed.engines.k6.protocol import Line
from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import field as value_of
from scalebed.engines.kubernetes.api.paths import found, listed, path
from scalebed.engines.kubernetes.load.merging import Merge
from scalebed.engines.kubernetes.load.runners import End, Follower, follow, runner_labels, wait_for
from scalebed.engines.kubernetes.load.testruns import GAP_S, Script, manifest, parallelism, starts
from scalebed.engines.kubernetes.readings import obstacles
from scalebed.execution.ports import Clock, LoadRun
from scalebed.experiment.workloads import workloads
from scalebed.measurement.load import Load, Target
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond
from scalebed.messages import Say

START_LIMIT_S = 240.0
"""From the TestRun's creation to the first arrivals. The operator's own pauses alone can add up to a minute."""
HOPELESS_S = 20.0
"""A pod that waits for what time alone does not mend, or ended early, is given so long to prove otherwise; runners
that write no more, likewise."""
GONE_LIMIT_S = 60.0
LATE_S = 2.0
"""Whoever asks for a step that began longer ago gets a TestRun of its own."""
ENDING_S = 5.0
"""After the last arrival: longer requests are cut short, as they would be by the end of the seconds that count."""
ASSERTING_S = 60.0
"""For a workload that looks at what it did: requests under way may take 30 s, and its own as long."""
SKEW_S = 5
"""Runners that start further apart are warned of."""
SKEW_CHECK = f"all runners had an arrival within {SKEW_S} s of each other"


@dataclass(frozen=True)
class Place:
    """Where TestRuns are made, and of what."""

    namespace: str
    base: Json
    script: Script
    runners: int
    owner: Mapping[str, str]
    """Annotations that say whose they are."""


class Listener(Protocol):
    """Who must know when there is a load."""

    def began(self, loads: Sequence[tuple[float, float]]) -> None:
        """The first has; the others will. Each from when until when, in unix seconds."""
        ...

    def ended(self) -> None:
        """The load is over, and those that were planned will not come."""
        ...


class TestRunGenerator:
    """Implements `LoadGenerator`. One load at a time."""

    __test__ = False  # not a test, whatever pytest takes the name for

    def __init__(self, api: Api, place: Place, clock: Clock, say: Say, listener: Listener) -> None:
        self._api = api
        self._place = place
        self._clock = clock
        self._say = say
        self._listener = listener
        self._relay: Relay | None = None

    def start(self, target: Target, load: Load) -> LoadRun:
        """Returns when the load has begun, or with a run that has failed where it did not begin in time."""
        if self._relay is not None:
            step = self._relay.next(load)
            if step is not None:
                return step
            self.close()
        loads = [load, *(replace(load, rate=rate, max_vus=vus, then=()) for rate, vus in load.then)]
        name = f"load-{secrets.token_hex(4)}"
        place = self._place
        made = manifest(
            place.base,
            name,
            loads,
            url=target.url,
            script=place.script,
            runners=place.runners,
            owner=place.owner,
        )
        self._api.post(path("testruns", place.namespace), made)
        relay = Relay(self._api, place.namespace, name, loads, clock=self._clock, listener=self._listener)
        self._relay = relay
        many = parallelism(loads, place.runners)
        if many < place.runners:
            self._say(f"TestRun {name}: {many} of {place.runners} runners, since each is to have arrivals or a user.")
        relay.begin(many)
        if relay.skew_s is not None:
            many = len(relay.pods)
            self._say(f"TestRun {name}: {many} runner{'s'[: many > 1]}, first arrivals {relay.skew_s} s apart.")
        step = relay.next(load)
        assert step is not None  # noqa: S101 - it is the first
        return step

    def close(self) -> None:
        """Remove the TestRun that is under way, if any; safe to call twice."""
        if self._relay is not None:
            self._relay.remove()
            self._relay = None


@dataclass
class _Steps:
    """When the loads of a relay begin and end, in seconds of the generator's clock."""

    loads: Sequence[Load]
    zero: float | None = None

    def bounds(self, index: int) -> tuple[float, float]:
        """Seconds that belong to a load: from the middle of the gap before it to that of the one after."""
        offsets = starts(self.loads)
        zero = self.zero or 0.0
        begin = float("-inf") if index == 0 else zero + offsets[index] - GAP_S / 2
        last = index + 1 == len(self.loads)
        return begin, float("inf") if last else zero + offsets[index + 1] - GAP_S / 2

    def begins(self, index: int) -> float:
        return (self.zero or 0.0) + starts(self.loads)[index]

    def spans(self) -> Sequence[tuple[float, float]]:
        """First and last moment of each load's arrivals."""
        return [(self.begins(index), self.begins(index) + load.duration_s) for index, load in enumerate(self.loads)]


@dataclass
class _Heard:
    """What has come from the runners and was not yet asked for."""

    endpoints: list[EndpointSecond] = field(default_factory=list)
    health: list[GeneratorSecond] = field(default_factory=list)
    checks: dict[str, CheckCount] = field(default_factory=dict)
    trouble: str | None = None


class Relay:
    """One TestRun and the loads that it steps through."""

    def __init__(
        self, api: Api, namespace: str, name: str, loads: Sequence[Load], *, clock: Clock, listener: Listener
    ) -> None:
        self._api = api
        self._namespace = namespace
        self.name = name
        self._steps = _Steps(loads)
        self._clock = clock
        self._listener = listener
        self._into: queue.SimpleQueue[tuple[int, Line | str | End]] = queue.SimpleQueue()
        self._followers: list[Follower] = []
        self._merge = Merge(1)
        self._heard = _Heard()
        self._index = -1
        self._removed = False
        self._lock = threading.Lock()

    @property
    def pods(self) -> list[str]:
        return [follower.pod for follower in self._followers]

    @property
    def skew_s(self) -> int | None:
        return self._merge.skew_s

    def begin(self, runners: int) -> None:
        """Wait for the first arrivals; where they do not come, the trouble is told and the run has ended."""
        began = self._clock.now()
        self._merge = Merge(runners)
        until = began + START_LIMIT_S
        if not wait_for(self._clock, START_LIMIT_S, lambda: self._find(runners), given_up=self._hopeless()):
            self._give_up(began)
            return
        met = wait_for(
            self._clock,
            max(0.0, until - self._clock.now()),
            lambda: self._listen(0.0) or self._merge.begun or self._heard.trouble is not None or self._merge.ended,
            every_s=0.1,
            given_up=self._hopeless(),
        )
        if not met:
            self._give_up(began)
            return
        if not self._merge.begun and self._heard.trouble is None:
            load = self._steps.loads[0]
            self._heard.trouble = (
                f"TestRun {self.name} ended before all {runners} runners had an arrival, which at {load.rate:g}/s "
                f"for {load.duration_s:g} s is chance: ask for more requests, or for fewer --runners"
            )
        self._steps.zero = float(self._merge.start) if self._merge.start is not None else None
        if self._steps.zero is not None:
            self._listener.began(self._steps.spans())

    def next(self, load: Load) -> Step | None:
        """The step after the last one, if it is this load and has not begun without whoever asks; waits for it."""
        index = self._index + 1
        if index >= len(self._steps.loads) or self._removed:
            return None
        planned = self._steps.loads[index]
        if (planned.workload, planned.rate, planned.duration_s, planned.concurrency) != (
            load.workload,
            load.rate,
            load.duration_s,
            load.concurrency,
        ):
            return None
        if index:
            self._listen(0.0)
            if self.over or self._merge.complete > self._steps.begins(index) + LATE_S:
                return None
            self._await(index)
        self._index = index
        return Step(self, index)

    def _await(self, index: int) -> None:
        """Until the seconds that belong to the step begin: those of the gap before are another's, and no silence."""
        begin, _ = self._steps.bounds(index)
        wait_for(
            self._clock,
            max(0.0, begin - self._merge.complete) + HOPELESS_S,
            lambda: self._listen(0.0) or self.over or self._merge.complete >= begin,
            every_s=0.1,
        )

    @property
    def over(self) -> bool:
        """Nothing more will come."""
        return self._removed or self._heard.trouble is not None or self._merge.ended

    @property
    def trouble(self) -> str | None:
        return self._heard.trouble

    @property
    def checks(self) -> Sequence[CheckCount]:
        skew = self._merge.skew_s
        told = [] if skew is None or skew <= SKEW_S else [CheckCount(SKEW_CHECK, 0, 1)]
        return (*self._heard.checks.values(), *told)

    def poll(self, index: int, timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
        self._listen(timeout_s)
        begin, end = self._steps.bounds(index)
        heard = self._heard
        given = (
            [line for line in heard.endpoints if begin <= line.second < end],
            [line for line in heard.health if begin <= line.second < end],
        )
        heard.endpoints = [line for line in heard.endpoints if line.second >= end]
        heard.health = [line for line in heard.health if line.second >= end]
        return given

    def done(self, index: int) -> bool:
        """Every second of the step is known, or no more will come."""
        return self.over or self._merge.complete >= self._steps.bounds(index)[1]

    def leave(self, index: int) -> None:
        """The step is not wanted any more; without another one to come, the load ends."""
        if index + 1 == len(self._steps.loads):
            self._wait_for_ends(self._steps.loads[index])
            self.remove()

    def _wait_for_ends(self, load: Load) -> None:
        """Where the load ran to its end: how the runners end, and what a workload asserts at last, is yet to come."""
        zero = self._steps.zero
        whole = (
            zero is not None
            and self._merge.complete + 2 >= self._steps.begins(len(self._steps.loads) - 1) + load.duration_s
        )
        if whole and not self.over:
            asserts = load.workload in workloads() and workloads()[load.workload].asserts
            wait_for(
                self._clock, ASSERTING_S if asserts else ENDING_S, lambda: self._listen(0.0) or self.over, every_s=0.1
            )

    def remove(self) -> None:
        """Delete the TestRun, and wait until its pods are gone and the load with them."""
        with self._lock:
            if self._removed:
                return
            self._removed = True
        self._listen(0.0)
        for follower in self._followers:
            follower.stop()
        self._api.delete(path("testruns", self._namespace, self.name), propagationPolicy="Background")
        self._listener.ended()
        labels = {"k6_cr": self.name}
        if not wait_for(self._clock, GONE_LIMIT_S, lambda: not self._alive(labels)):
            self._heard.trouble = self._heard.trouble or (
                f"the pods of TestRun {self.name} are still there {GONE_LIMIT_S:.0f} s after it was deleted"
            )

    def _alive(self, labels: dict[str, str]) -> bool:
        pods = listed(self._api, "pods", self._namespace, labels)
        return any(value_of(pod, "status", "phase") not in ("Succeeded", "Failed") for pod in pods)

    def _find(self, runners: int) -> bool:
        """All runner pods have begun, so that their logs can be followed."""
        pods = listed(self._api, "pods", self._namespace, dict(runner_labels(self.name)))
        begun = sorted(
            pod["metadata"]["name"] for pod in pods if value_of(pod, "status", "phase") not in (None, "Pending")
        )
        if len(begun) < runners:
            return False
        self._followers = follow(self._api, self._namespace, begun[:runners], self._into)
        return True

    def _hopeless(self) -> Callable[[], bool]:
        """Whether some pod has been in a state that does not mend for longer than it may be."""
        since: list[float] = []

        def asked() -> bool:
            pods = listed(self._api, "pods", self._namespace, {"k6_cr": self.name})
            if not any(obstacles.hopeless(pod) for pod in pods):
                since.clear()
            elif not since:
                since.append(self._clock.now())
            return bool(since) and self._clock.now() - since[0] > HOPELESS_S

        return asked

    def _give_up(self, began: float) -> None:
        run = found(self._api, path("testruns", self._namespace, self.name)) or {}
        stage = value_of(run, "status", "stage", default="none")
        why = obstacles.obstacles(self._api, self._namespace, {"k6_cr": self.name}, [self.name])
        waited = self._clock.now() - began
        self._heard.trouble = f"TestRun {self.name} did not begin within {waited:.0f} s (stage {stage}): {why}."

    def _listen(self, timeout_s: float) -> bool:
        """Take what the followers have read; waits at most so long for something new. Always false."""
        try:
            self._hear(*self._into.get(timeout_s > 0, timeout_s or None))
            while True:
                self._hear(*self._into.get_nowait())
        except queue.Empty:
            pass
        endpoints, health = self._merge.take()
        self._heard.endpoints += endpoints
        self._heard.health += health
        return False

    def _hear(self, runner: int, what: Line | str | End) -> None:
        heard = self._heard
        if isinstance(what, End):
            self._merge.end(runner)
            heard.trouble = heard.trouble or what.failure
        elif isinstance(what, str):
            heard.trouble = heard.trouble or what
        elif isinstance(what, CheckCount):
            heard.checks[what.check] = heard.checks.get(what.check, CheckCount(what.check, 0, 0)) + what
        else:
            self._merge.add(runner, what)


class Step:
    """Implements `LoadRun`: one load of a TestRun."""

    def __init__(self, relay: Relay, index: int) -> None:
        self._relay = relay
        self._index = index
        self._stopped = False

    def poll(self, timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
        return self._relay.poll(self._index, 0.0 if self._stopped else timeout_s)

    def stop(self) -> None:
        if not self._stopped:
            self._stopped = True
            self._relay.leave(self._index)

    @property
    def finished(self) -> bool:
        return self._stopped or self._relay.done(self._index)

    @property
    def failure(self) -> str | None:
        return self._relay.trouble

    @property
    def checks(self) -> Sequence[CheckCount]:
        return self._relay.checks
