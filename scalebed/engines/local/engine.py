"""The local engine: cells run as processes on this machine, behind real parts, with a CPU quota a replica."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from scalebed.engines import fingerprint, host, secrets
from scalebed.engines.inspection import describe_script, inspect
from scalebed.engines.k6.script import Inspected, remarks
from scalebed.engines.local import preflight
from scalebed.engines.local.deployed import Deployed, deployed
from scalebed.engines.local.faults.injector import LocalInjector
from scalebed.engines.local.generator import K6Generator, OwnScript
from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.claim import Claim
from scalebed.engines.local.isolation.leftovers import remove_leftovers
from scalebed.engines.local.isolation.processes import part_account
from scalebed.engines.local.isolation.quota import Quota, find_quota
from scalebed.engines.local.own_cells import OwnCells, entry
from scalebed.engines.local.parts.elsewhere import require_answer
from scalebed.engines.local.parts.pgbouncer import pool_size
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.engines.local.probe import PARTS, LocalProbe
from scalebed.engines.local.rig import Rig, Wanted, cluster_folder
from scalebed.engines.services import read_service
from scalebed.execution.ports import Finding, Injector, LoadGenerator, Probe, Program
from scalebed.experiment.plan import Cell
from scalebed.experiment.script import Script
from scalebed.experiment.spec import Experiment
from scalebed.experiment.thresholds import settle
from scalebed.experiment.variant import Pooling, Variant
from scalebed.measurement.ending import Ended
from scalebed.measurement.load import Target
from scalebed.messages import EngineError, Say
from scalebed.provision.named_k6 import VARIABLE, find_k6
from scalebed.provision.servers import EVERY, PartName, find_parts
from scalebed.provision.toxiproxy import ensure_toxiproxy
from scalebed.secrecy import VEIL


class LocalEngine:
    """Implements `scalebed.execution.ports.Engine`. One at a time may use a cache folder.

    `root` has what the testbed reads, `cache` is `$SCALEBED_CACHE`; `cluster` names the Postgres data folder in it.
    `beside`: another one is in use by the same process, which has the host's lock; of the two each has its own parts.
    """

    name = "local"

    def __init__(self, root: Path, cache: Path, say: Say, cluster: str = "runs", *, beside: bool = False) -> None:
        self._root = root
        self._cache = cache
        self._say = say
        self._place = "beside" if beside else "engine"
        self._cluster_name = f"{cluster}-beside" if beside else cluster
        self.cores = host.usable_cores()
        self.quota: Quota = find_quota()
        self.placement = host.Placement(None, None)
        self._claim = Claim(cache, beside=beside)
        self._rig: Rig | None = None
        self._k6: Path | None = None
        self._clones: dict[str, str] = {}
        self._dataset: dict[str, object] = {}
        self._pools: dict[str, str] = {}
        self._running: tuple[Cell, Deployed] | None = None
        self._experiment: Experiment | None = None
        self._own: OwnCells | None = None
        self._inspected: Inspected | None = None

    def preflight(self, experiment: Experiment) -> Sequence[Finding]:
        found = preflight.findings(experiment, self._root, preflight.survey(self._cache, self.quota))
        short = [Finding("warn", remark) for remark in secrets.remarks(experiment)]
        return [*found, *short, *_unanswered(experiment), *self._look_at_script(experiment)]

    def _look_at_script(self, experiment: Experiment) -> Sequence[Finding]:
        """What k6 says of a script of the user's own; k6 is built for that where it is missing."""
        if experiment.load is None:
            return ()
        try:
            inspected = self._inspect(experiment.load)
        except EngineError as error:
            return [Finding("refuse", str(error))]
        return [Finding("warn", remark) for remark in remarks(inspected, judged=experiment.slo.thresholds)]

    def _inspect(self, script: Script) -> Inspected:
        if self._inspected is None:
            self._k6 = find_k6(self._cache, self._root / "loadtest" / "extension", self._say)
            self._inspected = inspect(self._k6, script, self._arrivals)
        return self._inspected

    def settled(self, experiment: Experiment) -> Experiment:
        """With its script's thresholds in its SLO, where that asks for them. Raises UserError."""
        if not experiment.slo.thresholds or experiment.load is None:
            return experiment
        return settle(experiment, self._inspect(experiment.load).options.get("thresholds") or {})

    def prepare(self, experiment: Experiment, say: Say) -> None:
        """Find or build the parts, start Postgres, load the dataset, make each variant's database."""
        if self._rig is not None:
            raise EngineError("prepare: this engine is in use; close it first")
        self._claim.take()
        removed = remove_leftovers(self._cache / "run")
        if removed.ended:
            say(f"Ended what an earlier run left behind: {', '.join(removed.ended)}.")
        try:
            self._prepare(experiment, say)
        except BaseException:
            self.close()
            raise

    def _prepare(self, experiment: Experiment, say: Say) -> None:
        parts = find_parts(self._cache, say, parts_for(experiment))
        self._k6 = find_k6(self._cache, self._root / "loadtest" / "extension", say)
        cores = host.allowed_cores()
        needed = max(experiment.replicas) * experiment.cpu_per_replica * (2 if experiment.duet else 1)
        self.placement = host.place(cores, host.read_siblings(cores), needed)
        cluster = None
        if "postgres" in parts.found:
            cluster = Cluster(parts.postgres, cluster_folder(self._cache, parts, self._cluster_name), part_account())
            cluster.lock()
        folder = self._cache / "run" / self._place
        linked = any(fault.nature.linked for fault in experiment.faults)
        proxy = ensure_toxiproxy(self._cache, self._root / "loadtest" / "toxiproxy", say) if linked else None
        self._rig = Rig(
            self._root,
            self._cache,
            folder,
            parts,
            self.quota,
            self.placement,
            self.cores,
            cluster,
            self._say,
            toxiproxy=proxy,
            failover=experiment.traits.disrupts and experiment.failover is not False,
        )
        self._experiment = experiment
        if experiment.load is not None:
            self._inspect(experiment.load)
        self._own = OwnCells(experiment, self._rig)
        shipped = [variant for variant in experiment.variants if variant.application is None]
        if cluster is not None:
            self._rig.start_cluster()
        if shipped:
            self._load(experiment, shipped, say)
        try:
            self._own.prepare(say)
        finally:
            self._veil_logs()

    def _load(self, experiment: Experiment, variants: Sequence[Variant], say: Say) -> None:
        rig = self._in_use()
        dataset = experiment.dataset
        size = pool_size(self.cores)
        self._pools = {variant.name: _pool(variant.pooler, size) for variant in variants}
        services = [(variant, read_service(self._root, variant.service)) for variant in variants]
        size_and_seed = dataset.contacts, dataset.seed
        templates = {v.name: rig.databases.template_name(*size_and_seed, service) for v, service in services}
        clones = {v.name: rig.databases.clone_name(templates[v.name], service, v.switches) for v, service in services}
        wanted = {*templates.values(), *clones.values()}
        missing = wanted - set(rig.databases.names())
        writes = experiment.writes
        copies = 2 * len(missing) + 2 * writes
        rig.databases.make_room(preflight.disk_needed(dataset.contacts, copies), wanted)
        for variant, service in services:
            template = rig.databases.template(*size_and_seed, service, say)
            self._clones[variant.name] = rig.databases.clone(template, service, variant.switches, say)
        self._dataset = {
            "contacts": dataset.contacts,
            "seed": dataset.seed,
            "template": templates[services[0][0].name],
            "templates": templates,
            "clones": dict(self._clones),
            "bytes": {name: size for name, size in rig.databases.sizes().items() if name in wanted},
        }

    def fingerprint(self) -> Mapping[str, object]:
        """JSON values only; whole after `prepare`, and with the host and the code alone before it."""
        found: dict[str, object] = {
            "engine": self.name,
            **fingerprint.code_state(self._root),
            "host": host.describe(),
            "quota": {
                "kind": self.quota.kind,
                "period_ms": 100 if self.quota.limits else None,
                "memory": self.quota.kind if self.quota.limits_memory else "none",
            },
            "placement": self.placement.describe(),
        }
        shipped = self._experiment is None or any(v.application is None for v in self._experiment.variants)
        if shipped:
            names = [] if self._experiment is None else [v.service for v in self._experiment.variants]
            found["packages"] = {**fingerprint.package_versions(), **fingerprint.built(names, self._root)}
        if self._rig is not None and self._experiment is not None:
            found["parts"] = {**self._rig.parts.versions(), "k6": self._k6_version()}
            if (cluster := self._rig.postgres) is not None and cluster.port:
                found["postgres_settings"] = dict(cluster.shown_settings())
            if shipped:
                found |= {"pool": dict(self._pools), "dataset": self._dataset}
            found |= self._own_fingerprint(self._experiment)
        return found

    def _own_fingerprint(self, experiment: Experiment) -> dict[str, object]:
        applications = {} if self._own is None else self._own.describe()
        found: dict[str, object] = {}
        if applications:
            found["applications"] = dict(applications)
            found["templates"] = {} if self._own is None else dict(self._own.databases)
        if script := self.load_fingerprint():
            found["script"] = script
        return found

    def load_fingerprint(self) -> Mapping[str, object]:
        """Cheap enough to be asked for between any two trials."""
        if self._experiment is None or self._experiment.load is None or self._inspected is None:
            return {}
        return describe_script(self._experiment.load, self._inspected)

    def _k6_version(self) -> dict[str, str]:
        done = subprocess.run([str(self._k6), "version"], capture_output=True, text=True, timeout=30, check=False)
        source = f"named in {VARIABLE}" if os.environ.get(VARIABLE) else "built from loadtest/extension"
        return {"version": (done.stdout.splitlines() or ["unknown"])[0], "source": source}

    @contextmanager
    def deploy(self, cell: Cell) -> Iterator[Target]:
        """Pooler, cache, balancer and replicas are started for the cell; Postgres stays up."""
        rig = self._in_use()
        if self._running is not None:
            raise EngineError(f"{self._running[0].id} is deployed: leave it before deploying {cell.id}")
        quota = cell.cpu_per_replica if self.quota.limits else None
        if cell.variant.application is not None:
            assert self._own is not None  # noqa: S101 - prepare has set it
            try:
                with self._own.deploy(cell, quota) as made:
                    self._running = (cell, made)
                    yield made.target
            finally:
                self._running = None
                self._veil_logs()
            return
        service = read_service(self._root, cell.variant.service)
        clone = self._clones.get(cell.variant.name)
        if clone is None:
            raise EngineError(f"{cell.id}: its variant was not prepared; prepare the experiment that names it")
        writes = cell.writes
        database = rig.databases.throw_away(clone) if writes else clone
        variant = cell.variant
        wanted = Wanted(
            name=variant.name,
            service=service,
            switches=variant.switches,
            database=database,
            replicas=cell.replicas,
            cpu=quota,
            memory=cell.memory_per_replica,
            pooling=variant.pooler,
        )
        try:
            with rig.running([wanted], warm=[database]) as running:
                made = deployed(rig, wanted, running)
                self._running = (cell, made)
                yield made.target
        finally:
            self._running = None
            self._veil_logs()
            if writes:
                with suppress(EngineError):  # or it would be told in the place of what came before
                    rig.databases.drop(database)

    def restore(self, cell: Cell) -> None:
        """Rows as they were loaded; the cache is emptied with them, and before every trial of a cold cell."""
        rig = self._in_use()
        if self._running is None or self._running[0] != cell:
            raise EngineError(f"{cell.id} is not deployed, so there is nothing to restore")
        if cell.variant.application is not None:
            return  # its rows were copied when it was deployed, and what it keeps is its own
        running, database = self._running[1].running, self._running[1].database
        assert running is not None and database is not None  # noqa: S101, PT018 - a shipped service has both
        assert running.pooler is not None and running.cache is not None  # noqa: S101, PT018
        assert self._experiment is not None  # noqa: S101 - prepare has set it
        if self._experiment.renews:
            with running.pooler.paused(cell.variant.name):
                rig.databases.renew(database, self._clones[cell.variant.name])
            rig.databases.warm(database)
        if self._experiment.renews or not cell.warm:
            running.cache.empty()

    def generator(self) -> LoadGenerator:
        """k6 in a group of its own, away from the replicas' cores where there are enough."""
        rig = self._in_use()
        assert self._k6 is not None  # noqa: S101 - prepare has set it
        scripts = self._root / "loadtest" / "k6"
        return K6Generator(self._k6, scripts, rig.folder, self._spawn, self._own_script(rig))

    def _veil_logs(self) -> None:
        """What a service, or a command that fills its database, printed of its secrets."""
        for log in self._in_use().folder.glob("*.log"):
            VEIL.over_file(log)

    @property
    def _arrivals(self) -> Path:
        return self._root / "loadtest" / "k6" / "arrivals.js"

    def _own_script(self, rig: Rig) -> OwnScript | None:
        if self._experiment is None or self._experiment.load is None or self._inspected is None:
            return None
        target = None if self._running is None else self._running[1].target
        made = rig.folder / "entry.js"
        return entry(self._inspected, self._experiment.load, self._arrivals, made, target)

    def _spawn(self, argv: Sequence[str], env: Mapping[str, str], *, stdout: int, log: Path) -> subprocess.Popen[bytes]:
        rig = self._in_use()
        child = rig.processes.start(
            "k6",
            argv,
            group=rig.processes.group("generator"),
            folder=self._root / "loadtest" / "k6",
            env=env,
            log=log,
            cores=self.placement.rest,
            stdout=stdout,
        )
        return child.process

    def probe(self) -> Probe:
        rig = self._in_use()

        faulty = self._experiment is not None and self._experiment.traits.disrupts

        def worked() -> float | None:
            if faulty:  # whoever asks a database that is stopped waits with it
                return None
            database = None if self._running is None else self._running[1].database
            return None if database is None else rig.activity.seconds(database)

        def gone() -> Sequence[Ended]:
            return () if self._running is None else self._running[1].ended()

        return LocalProbe(self.groups, worked, gone)

    def injector(self) -> Injector | None:
        """Makes something of the running cell fail, as its fault has it."""
        if self._running is None or self._running[0].fault is None:
            return None
        cell, made = self._running
        if cell.fault is None or made.running is None or made.wanted is None:
            return None  # of what runs already, the load alone changes
        return LocalInjector(self._in_use(), made.wanted, made.running, cell.fault)

    def programs(self) -> Sequence[Program]:
        own = {pid for groups in self.groups().values() for group in groups for pid in group.pids()}
        return host.programs(own)

    def groups(self) -> Mapping[str, Sequence[Group]]:
        """The CPU-accounting groups of each part, now."""
        rig = self._in_use()
        if self._running is not None:
            return self._running[1].groups
        return {part: [] if part == "service" else [rig.processes.group(part)] for part in PARTS}

    def close(self) -> None:
        """Stop all that this engine started; safe to call twice."""
        if self._own is not None:
            self._own.close()
            self._own = None
        if self._rig is not None:
            self._rig.close()
            self._rig = None
        self._claim.release()

    def _in_use(self) -> Rig:
        if self._rig is None:
            raise EngineError("the local engine is not prepared: call prepare first")
        return self._rig


def _unanswered(experiment: Experiment) -> Iterator[Finding]:
    """Of what runs already, what does not answer."""
    for variant in experiment.variants:
        if variant.application is not None and not variant.application.runs_here:
            try:
                require_answer(variant.application)
            except EngineError as error:
                yield Finding("refuse", str(error))


def parts_for(experiment: Experiment) -> frozenset[PartName]:
    """The parts that run for it."""
    if any(variant.application is None for variant in experiment.variants):
        return frozenset(EVERY)
    found: set[PartName] = set()
    if any(variant.runs_here for variant in experiment.variants):
        found.add("nginx")
    if experiment.database is not None:
        found.add("postgres")
        if experiment.database.pooler != "off":
            found.add("pgbouncer")
    if experiment.cache == "valkey":
        found.add("valkey")
    return frozenset(found)


def _pool(pooler: Pooling, size: int) -> str:
    """For the fingerprint: mode and connections, with what was chosen where nothing was asked for."""
    return "off" if pooler.mode == "off" else f"{pooler.mode}, {pooler.size or size} connections"
