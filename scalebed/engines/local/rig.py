"""What an engine and a test's stack share: a folder, a ledger, a cluster, and services behind a balancer."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scalebed.engines.host import Placement
from scalebed.engines.local.isolation.leftovers import Ledger
from scalebed.engines.local.isolation.processes import Processes, part_account
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.activity import Activity
from scalebed.engines.local.parts.databases import Databases
from scalebed.engines.local.parts.nginx import Balancer
from scalebed.engines.local.parts.pgbouncer import Pooled, Pooler
from scalebed.engines.local.parts.postgres import STATEMENT_TIMEOUT_MS, Cluster
from scalebed.engines.local.parts.replicas import Replica, start_replica, wait_quiet, wait_ready
from scalebed.engines.local.parts.valkey import Cache
from scalebed.engines.services import Service
from scalebed.experiment.variant import Pooling
from scalebed.provision.servers import Parts


@dataclass(frozen=True)
class Wanted:
    """One service to start: `database` is the one its name maps to, `cpu` each replica's quota in cores."""

    name: str
    service: Service
    switches: Mapping[str, str]
    database: str
    replicas: int = 1
    cpu: float | None = None
    pooling: Pooling = field(default_factory=Pooling)


@dataclass(frozen=True)
class Running:
    """Services that answer behind one balancer, with one pooler (which a service may pass by) and one cache."""

    pooler: Pooler
    cache: Cache
    balancer: Balancer
    replicas: Mapping[str, Sequence[Replica]]

    def url(self, name: str) -> str:
        return self.balancer.url(name)


@dataclass
class Rig:
    """Owns `folder` in `$SCALEBED_CACHE/run`, one cluster, and every process started through it."""

    root: Path
    cache: Path
    folder: Path
    parts: Parts
    quota: Quota
    placement: Placement
    cores: float
    cluster: Cluster
    processes: Processes = field(init=False)
    databases: Databases = field(init=False)
    activity: Activity = field(init=False)

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.processes = Processes(Ledger(self.folder), self.quota)
        self._account = part_account()
        self.databases = Databases(self.cluster, self.processes, self.root, self.folder)
        self.activity = Activity(self.cluster)

    def start_cluster(self) -> None:
        self.cluster.start(self.processes, self.folder / "postgres.log", self.placement.rest)

    @contextmanager
    def running(self, wanted: Sequence[Wanted], warm: Sequence[str] = ()) -> Iterator[Running]:
        """Start all and wait until every replica is ready; while they start, the databases in `warm` are read in."""
        groups = [group_name(item, index) for item in wanted for index in range(item.replicas)]
        before = self.processes.mark()
        try:
            yield self._start(wanted, warm)
        finally:
            self.processes.stop_since(before)
            for group in groups:
                self.processes.drop_group(group)

    def _start(self, wanted: Sequence[Wanted], warm: Sequence[str]) -> Running:
        rest = self.placement.rest
        pooler = Pooler(self.parts.pgbouncer, self.cluster, self.folder / "pgbouncer", self._account)
        cache = Cache(self.parts.valkey, self.folder / "valkey", self._account)
        balancer = Balancer(self.parts.nginx, self.folder / "nginx", self._account)
        databases = {item.name: Pooled(item.database, item.pooling) for item in wanted}
        pooler.start(self.processes, databases, self.cores, self.folder / "pgbouncer.log", rest)
        cache.start(self.processes, self.folder / "valkey.log", rest)
        pooler.wait()
        cache.wait()
        replicas = {
            item.name: [self._replica(item, index, number, pooler, cache) for index in range(item.replicas)]
            for number, item in enumerate(wanted)
        }
        ports = {name: [replica.port for replica in members] for name, members in replicas.items()}
        balancer.start(self.processes, ports, self.folder / "nginx.log", rest)
        for database in warm:
            self.databases.warm(database)
        everyone = [replica for members in replicas.values() for replica in members]
        for replica in everyone:
            wait_ready(replica)
        balancer.wait()
        if any(item.cpu is not None for item in wanted):
            wait_quiet(everyone)
        for item in wanted:
            for replica in replicas[item.name]:
                replica.group.limit(item.cpu)
        return Running(pooler, cache, balancer, replicas)

    def _replica(self, item: Wanted, index: int, number: int, pooler: Pooler, cache: Cache) -> Replica:
        return start_replica(
            self.processes,
            item.service,
            item.switches,
            group_name(item, index),
            root=self.root,
            folder=self.folder,
            environment={
                "DATABASE_URL": self._database_url(item, pooler),
                "CACHE_URL": cache.url(number),
                "SECRET_KEY": self._secret(item),
                "STATEMENT_TIMEOUT_MS": str(STATEMENT_TIMEOUT_MS),
            },
            limited=item.cpu is not None,
            cores=self.placement.service,
        )

    def _database_url(self, item: Wanted, pooler: Pooler) -> str:
        return self.cluster.url(item.database, "app") if item.pooling.mode == "off" else pooler.url(item.name)

    def _secret(self, item: Wanted) -> str:
        """One for all replicas of a service, so that each takes the tokens and cursors of the others."""
        return self._secrets.setdefault(item.name, secrets.token_urlsafe(48))

    _secrets: dict[str, str] = field(init=False, default_factory=dict)

    def close(self) -> None:
        """Stop everything, Postgres last; safe to call twice."""
        self.activity.close()
        self.processes.close()
        self.cluster.unlock()


def group_name(item: Wanted, index: int) -> str:
    return f"{item.name}-{index}"


def cluster_folder(cache: Path, parts: Parts, name: str) -> Path:
    """Data folders of different major versions do not mix."""
    return cache / "postgres" / parts.postgres.version.split(".")[0] / name
