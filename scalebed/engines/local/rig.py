"""What an engine and a test's stack share: a folder, a ledger, a cluster, and services behind a balancer."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from scalebed.engines.host import Placement
from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.leftovers import Ledger
from scalebed.engines.local.isolation.processes import Processes, part_account
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.activity import Activity
from scalebed.engines.local.parts.applications import database_settings, start_application, wait_serving
from scalebed.engines.local.parts.databases import Databases
from scalebed.engines.local.parts.links import LinkedPart, Links
from scalebed.engines.local.parts.nginx import Balancer
from scalebed.engines.local.parts.pgbouncer import Pooled, Pooler
from scalebed.engines.local.parts.postgres import STATEMENT_TIMEOUT_MS, Cluster
from scalebed.engines.local.parts.replicas import Replica, start_replica, wait_quiet, wait_ready
from scalebed.engines.local.parts.valkey import Cache
from scalebed.engines.services import Service
from scalebed.experiment.application import Application
from scalebed.experiment.variant import Pooling
from scalebed.messages import Say
from scalebed.provision import builds
from scalebed.provision.builds import Home
from scalebed.provision.servers import Parts


@dataclass(frozen=True)
class Wanted:
    """One service to start: `database` is the one its name maps to, `cpu` each replica's quota in cores, `memory` what
    each may take, in bytes."""

    name: str
    service: Service | Application
    switches: Mapping[str, str]
    database: str | None
    """None: an application that asks for none."""
    replicas: int = 1
    cpu: float | None = None
    memory: int | None = None
    pooling: Pooling = field(default_factory=Pooling)
    cached: bool = True
    port: int | None = None
    """Where clients come in; None: where one is free."""
    env: Mapping[str, str] = field(default_factory=dict)
    """What a shipped service is told besides."""

    @property
    def pooled(self) -> Pooled | None:
        """What the pooler lets clients to. A shipped service always has one, which it may pass by."""
        passed = isinstance(self.service, Application) and self.pooling.mode == "off"
        return None if self.database is None or passed else Pooled(self.database, self.pooling)


@dataclass(frozen=True)
class Running:
    """Services that answer behind one balancer, with one pooler (which a service may pass by) and one cache; None where
    nobody asked for one."""

    pooler: Pooler | None
    cache: Cache | None
    balancer: Balancer
    replicas: Mapping[str, list[Replica]]
    """Those that get requests; a rollout changes them."""
    groups: Mapping[str, list[Group]]
    """Of all replicas that there were."""
    links: Links | None = None
    """Between services and their parts, where connections are to be disturbed."""

    def url(self, name: str) -> str:
        return self.balancer.url(name)

    def balance(self) -> None:
        """Let the balancer know which replicas there are."""
        self.balancer.reload({name: [each.port for each in members] for name, members in self.replicas.items()})


@dataclass
class Rig:
    """Owns `folder` in `$SCALEBED_CACHE/run`, a cluster where one is needed, and every process started through it."""

    root: Path
    cache: Path
    folder: Path
    parts: Parts
    quota: Quota
    placement: Placement
    cores: float
    postgres: Cluster | None
    """None: nothing that runs here asks for a database."""
    say: Say = lambda line: None
    """Told what is waited for."""
    toxiproxy: Path | None = None
    """Set: connections to cache and database go through it."""
    failover: bool = False
    """The balancer sends a request that a replica did not take to another."""
    processes: Processes = field(init=False)

    def __post_init__(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.processes = Processes(Ledger(self.folder), self.quota, self.say)
        self._account = part_account()

    @property
    def cluster(self) -> Cluster:
        assert self.postgres is not None, "nothing here asked for a database"  # noqa: S101
        return self.postgres

    @cached_property
    def databases(self) -> Databases:
        return Databases(self.cluster, self.processes, self.root, self.folder)

    @cached_property
    def activity(self) -> Activity:
        return Activity(self.cluster)

    def start_cluster(self) -> None:
        self.cluster.start(self.processes, self.folder / "postgres.log", self.placement.rest)

    @contextmanager
    def running(self, wanted: Sequence[Wanted], warm: Sequence[str] = ()) -> Iterator[Running]:
        """Start all and wait until every replica is ready; while they start, the databases in `warm` are read in."""
        # A build takes the cores, so before anything runs that could be kept waiting by it.
        for item in wanted:
            if not isinstance(item.service, Application):
                self._home(item.service)
        before, groups = self.processes.mark(), self.processes.groups()
        try:
            yield self._start(wanted, warm)
        finally:
            self.processes.stop_since(before)
            for group in self.processes.groups() - groups - _SHARED:
                self.processes.drop_group(group)

    def _start(self, wanted: Sequence[Wanted], warm: Sequence[str]) -> Running:
        rest = self.placement.rest
        pooler, cache = self._pooler(wanted), self._shared_cache(wanted)
        balancer = Balancer(self.parts.nginx, self.folder / "nginx", self._account, failover=self.failover)
        if pooler is not None:
            pooler.wait()
        if cache is not None:
            cache.wait()
        links = self._links(pooler, cache)
        around = _Around(pooler, cache, links)
        replicas = {
            item.name: [self._replica(item, group_name(item, index), number, around) for index in range(item.replicas)]
            for number, item in enumerate(wanted)
        }
        ports = {name: [replica.port for replica in members] for name, members in replicas.items()}
        own = {item.name for item in wanted if isinstance(item.service, Application)}
        named = {item.name: item.port for item in wanted if item.port is not None}
        balancer.start(self.processes, ports, self.folder / "nginx.log", rest, own, named=named)
        for database in warm:
            self.databases.warm(database)
        everyone = [replica for members in replicas.values() for replica in members]
        for item in wanted:
            for replica in replicas[item.name]:
                if isinstance(item.service, Application):
                    wait_serving(replica, item.service)
                else:
                    wait_ready(replica)
        balancer.wait()
        if any(item.cpu is not None for item in wanted):
            wait_quiet(everyone)
        for item in wanted:
            for replica in replicas[item.name]:
                replica.group.limit(item.cpu)
        groups = {name: [replica.group for replica in members] for name, members in replicas.items()}
        return Running(pooler, cache, balancer, replicas, groups, links)

    def another(self, running: Running, wanted: Sequence[Wanted], item: Wanted, name: str) -> Replica:
        """A further replica of a service that runs, in a group of this name, which has its quota from the start."""
        around = _Around(running.pooler, running.cache, running.links)
        if item.cpu is not None:
            self.processes.group(name, limited=True).limit(item.cpu)
        replica = self._replica(item, name, list(wanted).index(item), around)
        running.groups[item.name].append(replica.group)
        return replica

    def _links(self, pooler: Pooler | None, cache: Cache | None) -> Links | None:
        if self.toxiproxy is None:
            return None
        links = Links(self.toxiproxy, self.processes, self.folder, self.placement.rest)
        if pooler is not None or self.postgres is not None:
            links.add("database", pooler.port if pooler is not None else self.cluster.port)
        if cache is not None:
            links.add("cache", cache.port)
        return links

    def _pooler(self, wanted: Sequence[Wanted]) -> Pooler | None:
        databases = {item.name: pooled for item in wanted if (pooled := item.pooled) is not None}
        if not databases:
            return None
        pooler = Pooler(self.parts.pgbouncer, self.cluster, self.folder / "pgbouncer", self._account)
        pooler.start(self.processes, databases, self.cores, self.folder / "pgbouncer.log", self.placement.rest)
        return pooler

    def _shared_cache(self, wanted: Sequence[Wanted]) -> Cache | None:
        if not any(item.cached for item in wanted):
            return None
        cache = Cache(self.parts.valkey, self.folder / "valkey", self._account)
        cache.start(self.processes, self.folder / "valkey.log", self.placement.rest)
        return cache

    def _replica(self, item: Wanted, name: str, number: int, around: _Around) -> Replica:
        given = {} if around.cache is None else {"CACHE_URL": around.linked("cache", around.cache.url(number))}
        if item.memory is not None:
            self.processes.group(name, limited=True).limit_memory(item.memory)
        database = None
        if item.database is not None:
            database = around.linked("database", self._database_url(item, item.database, around.pooler))
        if isinstance(item.service, Application):
            if database is not None:
                given |= database_settings(database)
            return start_application(
                self.processes,
                item.service,
                name,
                logs=self.folder,
                given=given,
                limited=item.cpu is not None,
                cores=self.placement.service,
            )
        assert database is not None  # noqa: S101 - a shipped service has one
        return start_replica(
            self.processes,
            item.service,
            item.switches,
            name,
            home=self._home(item.service),
            root=self.root,
            folder=self.folder,
            environment={
                **given,
                "DATABASE_URL": database,
                "SECRET_KEY": self._secret(item),
                "STATEMENT_TIMEOUT_MS": str(STATEMENT_TIMEOUT_MS),
                **item.env,
            },
            limited=item.cpu is not None,
            cores=self.placement.service,
        )

    def _home(self, service: Service) -> Home:
        """Where its server runs; built first where it has to be, and the same as long as this rig stands."""
        if service.build is None:
            return Home(service.folder)
        if service.name not in self._built:
            self._built[service.name] = builds.ensure(self.cache, service.build, self.say)
        return self._built[service.name]

    def _database_url(self, item: Wanted, database: str, pooler: Pooler | None) -> str:
        """Through the pooler, or past it: an application as the owner, with no limit on statements but its own."""
        if pooler is not None and item.pooling.mode != "off":
            return pooler.url(item.name)
        return self.cluster.url(database, "owner" if isinstance(item.service, Application) else "app")

    def _secret(self, item: Wanted) -> str:
        """One for all replicas of a service, so that each takes the tokens and cursors of the others."""
        return self._secrets.setdefault(item.name, secrets.token_urlsafe(48))

    _secrets: dict[str, str] = field(init=False, default_factory=dict)
    _built: dict[str, Home] = field(init=False, default_factory=dict)

    def close(self) -> None:
        """Stop everything, Postgres last; safe to call twice."""
        if self.postgres is not None:
            self.activity.close()
        self.processes.close()
        if self.postgres is not None:
            self.postgres.unlock()


@dataclass(frozen=True)
class _Around:
    """What a replica is told of."""

    pooler: Pooler | None
    cache: Cache | None
    links: Links | None

    def linked(self, part: LinkedPart, url: str) -> str:
        """The address of a part, by the link to it where there is one."""
        return url if self.links is None else self.links.through(part, url)


_SHARED = frozenset({"database", "pooler", "cache", "balancer", "generator", "loader"})
"""Groups that outlive what runs in them: their CPU is counted on."""


def group_name(item: Wanted, index: int) -> str:
    return f"{item.name}-{index}"


def cluster_folder(cache: Path, parts: Parts, name: str) -> Path:
    """Data folders of different major versions do not mix."""
    return cache / "postgres" / parts.postgres.version.split(".")[0] / name
