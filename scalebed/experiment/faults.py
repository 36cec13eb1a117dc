"""Faults: what an experiment makes fail, for how long, and how often.

What each is made of is the engine's (`scalebed.engines.local.faults`); here is which there are and what they may say.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, model_validator

from scalebed.experiment.duration import Duration
from scalebed.experiment.strict import Strict

FaultName = Literal[
    "replica-killed",
    "worker-killed",
    "replica-frozen",
    "replica-slow",
    "rollout",
    "scale-in",
    "balancer-reloaded",
    "pooler-restarted",
    "pooler-killed",
    "connections-killed",
    "database-restarted",
    "database-crashed",
    "database-frozen",
    "database-slow",
    "database-unreachable",
    "tables-locked",
    "cache-killed",
    "cache-frozen",
    "cache-slow",
    "cache-unreachable",
    "cache-full",
    "cache-flushed",
    "overload",
]
Part = Literal["service", "balancer", "pooler", "database", "cache", "load"]

CLIENT_PATIENCE_S = 10.0
"""After which a client gives up where something is made to fail: its request has failed. Without an end, requests of an
outage would hold more and more VUs."""
STEADY_S = 5.0
"""The SLO is met again where it is for so long; so much at least has to be left after a fault."""


@dataclass(frozen=True)
class Nature:
    """What a kind of fault is like."""

    part: Part
    """What it happens to."""
    does: str
    """What happens, as the rest of a sentence that begins with the fault's name."""
    lasts: float | None = None
    """Seconds, where the experiment does not say; None of what is over at once."""
    restarts: bool = False
    """Somebody has to start it again."""
    delays: bool = False
    """Answers come later by `delay`."""
    linked: bool = False
    """It happens to the connections, for which a proxy stands between the service and the part, in every cell."""
    several: bool = False
    """It takes two replicas."""
    rises: bool = False
    """More requests come, by `factor`."""


NATURES: Mapping[FaultName, Nature] = {
    "replica-killed": Nature("service", "kills all processes of one replica (SIGKILL)", restarts=True),
    "worker-killed": Nature(
        "service", "kills the process of one replica that has most memory, as the kernel does where that runs out"
    ),
    "replica-frozen": Nature("service", "stops one replica without ending it (SIGSTOP)", lasts=5.0),
    "replica-slow": Nature("service", "cuts one replica's CPU quota to a tenth", lasts=5.0),
    "rollout": Nature(
        "service", "replaces each replica in turn: a new one is ready before the old one is asked to stop"
    ),
    "scale-in": Nature(
        "service", "takes one replica out of the balancer, asks it to stop, and brings it back", 5.0, several=True
    ),
    "balancer-reloaded": Nature("balancer", "reads its configuration anew (SIGHUP)"),
    "pooler-restarted": Nature("pooler", "ends gracefully once no transaction runs, and starts again"),
    "pooler-killed": Nature("pooler", "is killed (SIGKILL)", restarts=True),
    "connections-killed": Nature("database", "ends every connection to the service's database"),
    "database-restarted": Nature("database", "shuts down fast, which ends all connections", restarts=True),
    "database-crashed": Nature(
        "database", "ends at once without a checkpoint, so that it has to recover", restarts=True
    ),
    "database-frozen": Nature("database", "stops without ending (SIGSTOP)", lasts=5.0),
    "database-slow": Nature("database", "answers later by the delay", lasts=5.0, delays=True, linked=True),
    "database-unreachable": Nature(
        "database", "cannot be reached: connections stay open, and nothing comes through", lasts=5.0, linked=True
    ),
    "tables-locked": Nature("database", "holds a lock on every table that lets nobody write", lasts=5.0),
    "cache-killed": Nature("cache", "is killed (SIGKILL), which empties it", restarts=True),
    "cache-frozen": Nature("cache", "stops without ending (SIGSTOP)", lasts=5.0),
    "cache-slow": Nature("cache", "answers later by the delay", lasts=5.0, delays=True, linked=True),
    "cache-unreachable": Nature(
        "cache", "cannot be reached: connections stay open, and nothing comes through", lasts=5.0, linked=True
    ),
    "cache-full": Nature("cache", "is full and takes nothing more (noeviction)", lasts=5.0),
    "cache-flushed": Nature("cache", "forgets all it holds"),
    "overload": Nature("load", "rises to the rate times the factor, and falls again", lasts=5.0, rises=True),
}
RESTART_AFTER_S = 1.0
DELAY_S = 0.1
FACTOR = 3.0
_DURATION: TypeAdapter[float] = TypeAdapter(Duration)


def _restart_after(value: object) -> object:
    """Seconds, `never`, or None where nothing is said."""
    if value is None or value == "never":
        return value
    try:
        if not isinstance(value, bool):
            return _DURATION.validate_python(value)
    except ValidationError:
        pass
    raise ValueError("must be a duration above 0, such as 500ms or 60s, or never")


RestartAfter = Annotated[
    float | Literal["never"] | None,
    BeforeValidator(_restart_after, json_schema_input_type=Duration | Literal["never"] | None),
]


class Fault(Strict):
    """One fault."""

    fault: FaultName
    lasts: Duration | None = None
    """How long what does not end by itself goes on."""
    restart_after: RestartAfter = None
    """How long after its end what was killed is started again, as a kubelet or a supervisor does."""
    delay: Duration | None = None
    """By how much answers come later."""
    factor: float | None = Field(None, gt=1, le=100)
    """How many times the rate comes."""
    name: str = Field(
        default_factory=lambda data: _named(data),  # noqa: PLW0108 - made below
        pattern=r"^[a-z0-9][a-z0-9-]{0,40}$",
    )
    """What the report calls it."""

    @property
    def nature(self) -> Nature:
        return NATURES[self.fault]

    @property
    def sentence(self) -> str:
        """What happens, for people."""
        subject = "" if self.nature.part == "service" else f"the {self.nature.part} "
        told = f"{subject}{self.nature.does}"
        if self.nature.delays:
            told += f", {self.delay_s * 1000:g} ms"
        if self.nature.rises:
            told += f": {self.factor_by:g} times"
        if self.lasts_s:
            told += f", for {self.lasts_s:g} s"
        if self.nature.restarts:
            after = self.restart_after_s
            told += "; nobody starts it again" if after is None else f"; it is started again {after:g} s later"
        return f"{told[0].upper()}{told[1:]}."

    @property
    def lasts_s(self) -> float:
        """0 of what is over at once."""
        return self.lasts if self.lasts is not None else self.nature.lasts or 0.0

    @property
    def restart_after_s(self) -> float | None:
        """None: never."""
        if self.restart_after is None:
            return RESTART_AFTER_S
        return None if self.restart_after == "never" else self.restart_after

    @property
    def delay_s(self) -> float:
        return self.delay if self.delay is not None else DELAY_S

    @property
    def factor_by(self) -> float:
        return self.factor if self.factor is not None else FACTOR

    @property
    def takes_s(self) -> float:
        """From when it begins until it is over, as far as that is known beforehand."""
        return self.lasts_s + (self.restart_after_s or 0.0 if self.nature.restarts else 0.0)

    @property
    def comes_back(self) -> bool:
        """Whether what it ends is started again."""
        ends = self.nature.restarts or self.fault == "worker-killed"
        return not ends or self.restart_after_s is not None

    @model_validator(mode="after")
    def _applicable(self) -> Self:
        for key, there, why in (
            ("lasts", self.nature.lasts is not None, "is over at once"),
            ("restart_after", self.nature.restarts or self.nature.part == "service", "ends nothing"),
            ("delay", self.nature.delays, "delays nothing"),
            ("factor", self.nature.rises, "is no load that rises"),
        ):
            if getattr(self, key) is not None and not there:
                raise ValueError(f"{key}: {self.fault} {why}; leave it out")
        if self.delay is not None and not math.isclose(self.delay * 1000, max(1, round(self.delay * 1000))):
            raise ValueError(f"delay: must be whole milliseconds, not {self.delay * 1000:g} ms")
        return self


def _named(data: Mapping[str, object]) -> str:
    """The fault, with what is not as usual: `cache-slow-20ms`."""
    said = [str(data.get("fault", "fault"))]
    for key, unit in (("delay", "ms"), ("factor", "x"), ("lasts", "s"), ("restart_after", "s")):
        value = data.get(key)
        if isinstance(value, int | float):
            said.append(f"{value * (1000 if unit == 'ms' else 1):g}{unit}".replace(".", "-"))
        elif value == "never":
            said.append("never-back")
    return "-".join(said)


NamedFault = Annotated[
    Fault,
    BeforeValidator(
        lambda value: {"fault": value} if isinstance(value, str) else value, json_schema_input_type=FaultName | Fault
    ),
]
"""In YAML also its bare name."""


class Episodes(Strict):
    """When a fault happens within a trial."""

    first: Duration = 10.0
    """After so much of the load, which shows the service healthy."""
    every: Duration = 20.0
    """From one to the next, and from the last one to the end of the load."""
    times: int = Field(2, ge=1, le=100)

    @property
    def moments(self) -> tuple[float, ...]:
        """Seconds since the load began."""
        return tuple(self.first + number * self.every for number in range(self.times))

    @property
    def duration(self) -> float:
        """Seconds of a whole trial."""
        return self.first + self.times * self.every

    def steps(self, rate: float, fault: Fault) -> tuple[tuple[float, float], ...]:
        """Rates and seconds, one after another, of a load that rises whenever the fault happens."""
        found = [(rate, self.first)]
        for _ in range(self.times):
            found += [(rate * fault.factor_by, fault.lasts_s), (rate, self.every - fault.lasts_s)]
        return tuple(found)
