"""A cell whose parts are small real processes, in which faults can happen."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from scalebed.engines.local.faults.injector import LocalInjector
from scalebed.engines.local.faults.scene import Scene
from scalebed.engines.local.faults.supervisor import Supervisor
from scalebed.engines.local.isolation.leftovers import Ledger
from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Child, Processes, accepts, wait_until
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.replicas import Replica
from scalebed.engines.local.rig import Rig, Running, Wanted
from scalebed.execution.ports import Told
from scalebed.experiment.application import Application
from scalebed.experiment.faults import Fault
from scalebed.messages import EngineError

NAME = "mine"
_SERVER = """
import socket, subprocess, sys
listening = socket.create_server(("127.0.0.1", int(sys.argv[1])))
worker = subprocess.Popen(["sleep", "60"])
print("started", flush=True)
while True:
    listening.accept()[0].close()
"""
_PART = ["sh", "-c", "trap 'exit 0' TERM INT; trap 'exit 2' QUIT; while :; do sleep 0.02; done"]


@dataclass
class FakePart:
    """Implements what faults need of pooler, cache and cluster."""

    child: Child
    port: int = 1
    calls: list[object] = field(default_factory=list)
    rows: list[tuple[str, str]] = field(default_factory=lambda: [("public", "contacts")])
    """Names of tables, for whoever asks."""

    def wait(self) -> None:
        assert self.child.process.poll() is None
        self.calls.append("wait")

    def fill(self, *, full: bool) -> None:
        self.calls.append(full)

    def empty(self) -> None:
        self.calls.append("empty")

    @contextmanager
    def connect(self, database: str) -> Iterator[FakePart]:
        if self.child.process.poll() is not None:
            raise EngineError(f"Postgres, database {database}: connection refused")
        self.calls.append(("connect", database))
        yield self

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.calls.append("transaction")
        yield
        self.calls.append("commit")

    def execute(self, query: object, values: Sequence[object] = ()) -> FakePart:
        self.calls.append(("execute", query, *values))
        return self

    def fetchall(self) -> list[tuple[str, str]]:
        return self.rows

    def fetchone(self) -> tuple[int]:
        return (7,)


@dataclass
class FakeBalancer:
    told: list[Mapping[str, Sequence[int]]] = field(default_factory=list)

    def reload(self, replicas: Mapping[str, Sequence[int]]) -> None:
        self.told.append({name: list(ports) for name, ports in replicas.items()})


@dataclass
class FakeLinks:
    """Keeps what was disturbed, and that it ended."""

    calls: list[tuple[object, ...]] = field(default_factory=list)

    @contextmanager
    def slow(self, part: str, delay_s: float) -> Iterator[None]:
        with self._kept("slow", part, delay_s):
            yield

    @contextmanager
    def silent(self, part: str) -> Iterator[None]:
        with self._kept("silent", part):
            yield

    @contextmanager
    def _kept(self, *what: object) -> Iterator[None]:
        self.calls.append(what)
        try:
            yield
        finally:
            self.calls.append(("over", *what))


@dataclass
class FakeRig:
    processes: Processes
    folder: Path
    postgres: FakePart
    stage: Stage | None = None

    @property
    def cluster(self) -> FakePart:
        return self.postgres

    def another(self, running: Running, wanted: Sequence[Wanted], item: Wanted, name: str) -> Replica:
        assert self.stage is not None
        replica = self.stage.replica(name)
        running.groups[item.name].append(replica.group)
        return replica


class TheLoadIsOver(BaseException):
    """As whoever pauses for a fault raises it."""


@dataclass
class Stage:
    """Two replicas, and a process for each part."""

    folder: Path
    cpu: float | None = 0.5

    def __post_init__(self) -> None:
        self.processes = Processes(Ledger(self.folder / "run"), Quota("none"))
        self.balancer, self.links = FakeBalancer(), FakeLinks()
        self.database, self.pooler, self.cache = (self._part(name) for name in ("database", "pooler", "cache"))
        self.rig = FakeRig(self.processes, self.folder, self.database, self)
        self.members = [self.replica(f"{NAME}-{number}") for number in range(2)]
        self.wanted = Wanted(NAME, Application(command="serve", ready="port"), {}, "rows", replicas=2, cpu=self.cpu)
        self.running = Running(
            cast("Any", self.pooler),
            cast("Any", self.cache),
            cast("Any", self.balancer),
            {NAME: self.members},
            {NAME: [each.group for each in self.members]},
            cast("Any", self.links),
        )
        self.told: list[tuple[str, str]] = []
        self.paused: list[float] = []
        self.begun: Callable[[], None] = lambda: None
        """Called when a fault has begun."""
        self.over_after: int | None = None
        """How many pauses the load lives to see."""

    def replica(self, name: str) -> Replica:
        port = free_port()
        log = self.folder / f"{name}.log"
        argv = [sys.executable, "-c", _SERVER, str(port)]
        child = self.processes.start(name, argv, group=self.processes.group(name), folder=self.folder, env={}, log=log)
        wait_until(child, lambda: accepts(port), timeout_s=20)
        return Replica(port, child, child.group)

    def _part(self, name: str) -> FakePart:
        return FakePart(self.processes.start(name, _PART, group=self.processes.group(name), folder=self.folder, env={}))

    @property
    def ports(self) -> list[int]:
        return [each.port for each in self.members]

    @property
    def children(self) -> list[Child]:
        """Of the replicas and of the parts, as they are now."""
        parts = (self.database, self.pooler, self.cache)
        return [*(each.child for each in self.members), *(each.child for each in parts)]

    def tell(self, stage: str, what: str, /) -> None:
        self.told.append((stage, what))
        if stage == "begun":
            self.begun()

    def pause(self, seconds: float) -> None:
        """No longer than it takes a process to end or to start."""
        if self.over_after is not None and len(self.paused) >= self.over_after:
            raise TheLoadIsOver
        self.paused.append(seconds)
        time.sleep(min(seconds, 0.05))

    def scene(self, fault: Fault, number: int = 0, supervisor: Supervisor | None = None) -> Scene:
        minds = supervisor or self.supervisor(fault)
        told = cast("Told", self.tell)
        return Scene(cast("Rig", self.rig), self.wanted, self.running, minds, fault, number, told, self.pause)

    def supervisor(self, fault: Fault) -> Supervisor:
        return Supervisor(self.processes, self.members, lambda each: accepts(each.port), fault.restart_after_s)

    def injector(self, fault: Fault) -> LocalInjector:
        return LocalInjector(cast("Rig", self.rig), self.wanted, self.running, fault)

    def inject(self, injector: LocalInjector, number: int = 0) -> None:
        injector.inject(number, cast("Told", self.tell), self.pause)

    def close(self) -> None:
        self.processes.close()


def until(reached: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def state(pid: int) -> str:
    """As /proc has it: `T` of one that is stopped, `Z` of one that has ended; empty of one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return ""
