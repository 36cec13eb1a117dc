"""The pods of one scenario, played: how they start, what they use, what goes wrong with them, and how they end."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hparig.drawing import Json, Scenario, redrawn
from scalebed.autoscaling.pods import Container, Pod
from scalebed.autoscaling.quantity import milli
from scalebed.autoscaling.sync import Total

_STARTED_AGO_S = (0, 0, 0, 1, 12, 25, 290, 400)
_BEGAN_AGO_S = (0, 10, 14, 100, 297, 600, 5000)
_SAMPLE_AGE_S = (0, 0, 2, 5, 10, 15, 30, 90)


@dataclass(frozen=True)
class Shown:
    """What the controller is shown between two syncs. Times of pods are seconds since `epoch`, which is since 1970."""

    epoch: int
    pods: tuple[Pod, ...]
    totals: Mapping[str, Total | None]
    failing: tuple[str, ...]
    status_replicas: int
    spec: Json
    replicas: int | None
    """What a person sets the target to, if one does."""


@dataclass
class _Member:
    name: str
    containers: Mapping[str, Mapping[str, str]]
    started_s: int | None
    ready_since_s: int
    pending: int = 0
    """Syncs that it stays so; the same of the next two."""
    unready: int = 0
    silent: int = 0
    phase: str = "Running"
    ready: bool | str | None = True
    leaving: int | None = None
    """Syncs that it is terminating for."""


@dataclass
class World:
    """`advance` goes on by one sync."""

    scenario: Scenario
    epoch: int
    _members: list[_Member] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self._dice = self.scenario.dice("world")
        self._spec = self.scenario.spec
        self._demand = self.scenario.replicas * self._dice.uniform(0.3, 2)
        self._factors = [1.0, *(self._dice.uniform(0.4, 1.2) for _ in range(3))]
        self._finely = self._dice.random() < 0.3
        self._idle = False

    def begin(self, now: float) -> Shown:
        """What there is before the autoscaler is."""
        for _ in range(self.scenario.replicas):
            started = int(now) - self.epoch - self._dice.choice(_BEGAN_AGO_S)
            self._add(started, started + self._dice.choice([0, 3, 20, 40]))
        return self._shown(now, None)

    def advance(self, replicas: int, now: float) -> Shown:
        """What there is once the target has this many replicas to have, for a sync's time."""
        dice, rough = self._dice, self.scenario.unrest
        by_hand = None
        sleeps = self._spec.get("minReplicas", 1) == 0
        if dice.random() < (0.4 if replicas == 0 and not sleeps else 0.01 * (1 + rough)):
            most = self._spec["maxReplicas"]
            by_hand = dice.choice([0, 1, most + 3, *(dice.randint(1, most) for _ in range(3))])
            replicas = by_hand
        if dice.random() < 0.02:
            self._spec = redrawn(dice, self._spec, self.scenario)
        self._age(int(now) - self.epoch)
        self._resize(replicas, int(now) - self.epoch)
        if dice.random() < 0.45:
            self._demand = self._demand * dice.uniform(0.5, 1.8) + dice.choice([0, 0, 1])
        # Far beyond the bounds, all decisions are alike.
        if dice.random() < 0.15 or self._demand > 1.5 * self._spec["maxReplicas"]:
            self._demand = dice.uniform(0, 1.2 * self._spec["maxReplicas"])
        if sleeps and dice.random() < (0.6 if self._idle else 0.15):
            self._demand, self._idle = 0, True
        else:
            self._idle = False
        return self._shown(now, by_hand)

    def _add(self, started_s: int | None, ready_since_s: int) -> _Member:
        self._count += 1
        containers = dict(self.scenario.containers)
        if self.scenario.odd_container and self._count % 2:
            containers.pop("sidecar", None)
        made = _Member(f"pod-{self._count}", containers, started_s, ready_since_s)
        self._members.append(made)
        return made

    def _resize(self, replicas: int, now_s: int) -> None:
        dice = self._dice
        alive = [each for each in self._members if each.leaving is None and each.phase in ("Running", "Pending")]
        for _ in range(replicas - len(alive)):
            made = self._add(now_s - dice.choice(_STARTED_AGO_S), now_s)
            made.pending, made.unready, made.silent = (
                dice.choice(many) for many in ([0, 0, 1, 2], [0, 1, 2], [0, 1, 2])
            )
            made.phase = "Pending" if made.pending else "Running"
            made.ready = not (made.pending or made.unready)
            if not made.ready and dice.random() < 0.2:
                made.ready = None
            if made.phase == "Pending" and dice.random() < 0.5:
                made.started_s = None
        for each in dice.sample(alive, max(0, len(alive) - replicas)):
            each.leaving = dice.choice([0, 0, 1, 2])

    def _age(self, now_s: int) -> None:
        """A sync later: who starts, gets ready, fails, comes back, and is gone."""
        self._members = [each for each in self._members if each.leaving is None or each.leaving > 0]
        for each in self._members:
            if each.leaving is not None:
                each.leaving -= 1
            elif each.pending:
                each.pending -= 1
                if not each.pending:
                    each.phase = "Running"
                    each.started_s = now_s if each.started_s is None else each.started_s
                    self._turn(each, not each.unready, now_s)
            elif each.unready:
                each.unready -= 1
                if not each.unready:
                    self._turn(each, True, now_s)
            elif each.phase == "Running":
                self._misfortune(each, now_s)

    def _turn(self, member: _Member, ready: bool | str | None, now_s: int) -> None:
        if member.ready != ready:
            member.ready, member.ready_since_s = ready, now_s

    def _misfortune(self, member: _Member, now_s: int) -> None:
        dice, rough = self._dice, self.scenario.unrest
        if member.ready is not True:
            if dice.random() < 0.5:
                self._turn(member, True, now_s)
            return
        drawn = dice.random()
        if drawn < 0.03 * rough:
            self._turn(member, False, now_s)
        elif drawn < 0.04 * rough:
            self._turn(member, "Unknown", now_s)
        elif drawn < 0.05 * rough:
            member.phase = dice.choice(["Failed", "Failed", "Succeeded"])
        elif drawn < 0.055 * rough:
            member.started_s = None

    def _shown(self, now: float, by_hand: int | None) -> Shown:
        dice, rough = self._dice, self.scenario.unrest
        ready = sum(each.phase == "Running" and each.ready is True and each.leaving is None for each in self._members)
        each_s = self._demand / max(ready, 1)
        if dice.random() < 0.15 and not self._idle:
            # On an edge of the tolerance, or just beside it.
            each_s = dice.choice([0.9, 1.1, 0.97, 1.03, 1.0]) + dice.choice([0, 0, -0.01, 0.01])
        pods = [self._pod(each, now, each_s) for each in self._members]
        if pods and dice.random() < 0.03 * rough:
            gone = Pod(name="gone", listed=False, usage={}, sampled_s=int(now) - self.epoch)
            pods.append(gone.model_copy(update={"usage": {"cpu": "70m", "memory": "60Mi"}}))
        names = [self._name(metric) for metric in self._spec["metrics"]]
        failing = [name for name in names if dice.random() < 0.02 * rough]
        if {"cpu", "memory"} & set(failing):
            failing = [*failing, "cpu", "memory"]
        alive = sum(each.leaving is None and each.phase in ("Running", "Pending") for each in self._members)
        late = dice.random() < 0.05 * rough
        return Shown(
            epoch=self.epoch,
            pods=tuple(pods),
            totals=self._totals(each_s, max(ready, 1)),
            failing=tuple(dict.fromkeys(failing)),
            status_replicas=max(0, alive + dice.choice([-1, 1])) if late else alive,
            spec=self._spec,
            replicas=by_hand,
        )

    def _pod(self, member: _Member, now: float, load: float) -> Pod:
        dice, rough = self._dice, self.scenario.unrest
        silent = member.phase == "Pending" or dice.random() < 0.04 * rough
        if member.silent and member.phase == "Running":
            member.silent -= 1
            silent = True
        containers = {}
        for name, requests in member.containers.items():
            usage = {} if silent else {kind: self._usage(kind, name, requests, load) for kind in ("cpu", "memory")}
            if usage and dice.random() < 0.01 * rough:
                usage = {} if dice.random() < 0.5 else {"memory": usage["memory"]}
            containers[name] = Container(requests=requests, usage=usage)
        metrics = (
            {}
            if silent
            else {name: amount for name, amount in self._of_pods(load).items() if dice.random() > 0.03 * rough}
        )
        return Pod.model_validate(
            {
                "name": member.name,
                "phase": member.phase,
                "ready": member.ready,
                "started_s": member.started_s,
                "ready_since_s": member.ready_since_s,
                "deleted": member.leaving is not None,
                "containers": containers,
                "sampled_s": int(now) - self.epoch - dice.choice(_SAMPLE_AGE_S),
                "window_s": self.scenario.window_s,
                "metrics": metrics,
            }
        )

    def _usage(self, kind: str, container: str, requests: Mapping[str, str], load: float) -> str:
        """So that the first metric of this resource is at `load` times its target."""
        wanted = milli(requests.get(kind, "100m")) * 0.6
        for factor, metric in zip(self._factors, self._spec["metrics"], strict=False):
            source = metric.get("resource") or metric.get("containerResource")
            if source is None or source["name"] != kind or source.get("container", container) != container:
                continue
            target = source["target"]
            if target["type"] == "Utilization":
                wanted = milli(requests.get(kind, "100m")) * target["averageUtilization"] / 100 * factor
            else:
                wanted = milli(target["averageValue"]) * factor
                wanted /= len(self.scenario.containers) if metric["type"] == "Resource" else 1
            break
        amount = wanted * load * self._dice.choice([1, 1, self._dice.uniform(0.85, 1.15)])
        if kind == "memory":
            return f"{int(amount / 1000)}"
        return f"{int(amount * 1e6)}n" if self._finely else f"{round(amount)}m"

    def _of_pods(self, load: float) -> dict[str, str]:
        amounts = {}
        for factor, metric in zip(self._factors, self._spec["metrics"], strict=False):
            if metric["type"] == "Pods":
                target = milli(metric["pods"]["target"]["averageValue"])
                amounts[metric["pods"]["metric"]["name"]] = f"{int(target * factor * load)}m"
        return amounts

    def _totals(self, load: float, ready: int) -> dict[str, Total | None]:
        dice, rough = self._dice, self.scenario.unrest
        totals: dict[str, Total | None] = {}
        for factor, metric in zip(self._factors, self._spec["metrics"], strict=False):
            if metric["type"] not in ("Object", "External"):
                continue
            source: dict[str, Any] = metric[metric["type"].lower()]
            target = source["target"]
            name = source["metric"]["name"]
            if target["type"] == "Value":
                amount = int(milli(target["value"]) * load * factor)
            else:
                amount = int(milli(target["averageValue"]) * load * ready * factor)
            totals[name] = self._total(amount, metric["type"] == "External", rough, dice)
        return totals

    @staticmethod
    def _total(amount: int, external: bool, rough: float, dice: random.Random) -> Total | None:
        drawn = dice.random()
        if drawn < 0.02 * rough:
            return None
        if drawn < 0.06:
            return dice.choice(["0", "0", "9e15", "3e12", "-5"])
        if external and drawn < 0.3:
            return (f"{amount // 3}m", f"{amount - amount // 3}m")
        return f"{amount}m"

    @staticmethod
    def _name(metric: Json) -> str:
        source: dict[str, Any] = next(value for key, value in metric.items() if key != "type")
        return str(source["name"] if "name" in source else source["metric"]["name"])
