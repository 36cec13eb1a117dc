"""Where `scalebed queries` measures: this machine's Postgres, a database a strategy, and the variants' own command."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scalebed import __version__
from scalebed.engines import fingerprint, host
from scalebed.engines.local import preflight
from scalebed.engines.local.isolation.claim import Claim
from scalebed.engines.local.isolation.leftovers import remove_leftovers
from scalebed.engines.local.isolation.processes import last_line, part_account
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.engines.local.rig import Rig, cluster_folder
from scalebed.engines.services import Service, base_environment, read_service, require_packages
from scalebed.messages import EngineError, Say
from scalebed.provision.servers import find_parts
from scalebed.queries import writes
from scalebed.queries.study import Step, Strategy, Study
from scalebed.queries.study_directory import Build


class QueryBed:
    """Implements `scalebed.queries.runner.Bed`. `root` has what the testbed reads, `cache` is `$SCALEBED_CACHE`.

    The variants talk straight to Postgres, as the role with the statement timeout; there is no pooler and no cache.
    """

    def __init__(self, root: Path, cache: Path, say: Say, cluster: str = "runs") -> None:
        self._root = root
        self._cache = cache
        self._say = say
        self._cluster_name = cluster
        self._claim = Claim(cache)
        self._rig: Rig | None = None
        self._template = ""

    @contextmanager
    def opened(self, study: Study) -> Iterator[None]:
        """Start Postgres and load the rows; the databases are kept for the next time."""
        require_packages()
        services = [self._django(name) for name in study.variants]
        for service in services:
            for strategy in study.strategies:
                service.changed(chosen_switches(service, strategy))
        self._claim.take()
        try:
            remove_leftovers(self._cache / "run")
            parts = find_parts(self._cache, self._say, ["postgres"])
            cluster = Cluster(parts.postgres, cluster_folder(self._cache, parts, self._cluster_name), part_account())
            cluster.lock()
            folder = self._cache / "run" / "queries"
            placement, cores = host.Placement(None, None), host.usable_cores()
            self._rig = Rig(self._root, self._cache, folder, parts, Quota("none"), placement, cores, cluster)
            self._rig.start_cluster()
            self._load(study)
            yield
        finally:
            if self._rig is not None:
                self._rig.close()
                self._rig = None
            self._claim.release()

    def _load(self, study: Study) -> None:
        databases = self._in_use().databases
        maker = self._maker()
        name = databases.template_name(study.contacts, study.seed, maker)
        clones = {databases.clone_name(name, self._maker(strategy), {}) for strategy in study.strategies}
        missing = {name, *clones} - set(databases.names())
        # Indexes may double a clone, and writes need a copy of one.
        databases.make_room(preflight.disk_needed(study.contacts, 2 * len(missing) + 3), {name, *clones})
        self._template = databases.template(study.contacts, study.seed, maker, self._say)

    def fingerprint(self) -> Mapping[str, object]:
        """As that of a run; whole while the bed is open."""
        found: dict[str, object] = {
            "engine": "local",
            "version": __version__,
            **fingerprint.code_state(self._root),
            "host": host.describe(),
            "packages": fingerprint.package_versions(),
        }
        if self._rig is not None:
            found["parts"] = {"postgres": self._rig.parts.versions().get("postgres")}
            found["postgres_settings"] = dict(self._rig.cluster.shown_settings())
            found["template"] = self._template
        return found

    def has(self, strategy: Strategy) -> bool:
        """Whether the strategy's database stands."""
        return self._name(strategy) in self._in_use().databases.names()

    def build(self, strategy: Strategy) -> Build:
        """Make the strategy's database anew from the template, and time its objects."""
        rig = self._in_use()
        maker = self._maker(strategy)
        rig.databases.drop(self._name(strategy))
        name = rig.databases.clone(self._template, maker, {}, self._say)
        log = (rig.folder / f"{maker.name}-objects.log").read_text(encoding="utf-8")
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        return Build(
            strategy=strategy.name,
            seconds=round(sum(line["seconds"] for line in lines), 3),
            bytes=rig.databases.sizes()[name],
            objects=len(lines),
        )

    def read(self, study: Study, step: Step, strategy: Strategy) -> str:
        """Run `manage.py benchmark` of the variant; what it exported, as JSON."""
        rig = self._in_use()
        service = self._django(step.variant)
        out = rig.folder / step.id
        shutil.rmtree(out, ignore_errors=True)
        log = rig.folder / f"{step.id}.log"
        amount = ["--repeats", str(study.repeats), "--cold", str(study.cold), "--budget", f"{study.budget_s:g}"]
        # One curve a variant and strategy is enough to see its shape.
        curve = [] if step.block == 1 else ["--no-curve"]
        status = rig.processes.run(
            f"{service.name} benchmark",
            [
                "python",
                "manage.py",
                "benchmark",
                "--no-charts",
                "--out",
                str(out),
                "--seed",
                str(study.seed),
                *amount,
                *curve,
            ],
            group=rig.processes.group("service"),
            folder=service.folder,
            env={
                **base_environment(self._root),
                "DATABASE_URL": rig.cluster.url(self._name(strategy), "app"),
                "BENCHMARK_ADMIN_URL": rig.cluster.url("postgres", "postgres"),
                "SECRET_KEY": secrets.token_urlsafe(48),
                "SWITCHES": service.changed(chosen_switches(service, strategy)),
            },
            log=log,
        )
        if status != 0:
            raise EngineError(f"apps/{service.name}: benchmark ended with status {status}: {last_line(log)} ({log})")
        return (out / "results.json").read_text(encoding="utf-8")

    def write(self, study: Study, step: Step, strategy: Strategy) -> Mapping[str, float]:
        """Writes a second, by kind, into a copy that is thrown away."""
        rig = self._in_use()
        copy = rig.databases.throw_away(self._name(strategy))
        try:
            rig.databases.warm(copy)
            with rig.cluster.connect(copy, "owner") as connection:
                return writes.measure(connection, study.writes, seed=study.seed + step.block)
        finally:
            rig.databases.drop(copy)

    def _django(self, name: str) -> Service:
        service = read_service(self._root, name)
        if not (service.folder / "manage.py").exists():
            raise EngineError(f"{service.folder}: has no manage.py, so no command benchmark; name Django variants")
        return service

    def _maker(self, strategy: Strategy | None = None) -> Service:
        """The commands of apps/dataset, as a service of its own: no variant makes these databases."""
        manage = ("python", "manage.py")
        return Service(
            name="dataset",
            folder=self._root / "apps" / "dataset",
            serve=(),
            migrate=(*manage, "migrate", "--no-input"),
            load=(*manage, "generate_data"),
            objects=(*manage, "db_objects", "strategy", strategy.name) if strategy else None,
            rows="shared",
            switches={},
            object_switches=(),
            values={},
        )

    def _name(self, strategy: Strategy) -> str:
        return self._in_use().databases.clone_name(self._template, self._maker(strategy), {})

    def _in_use(self) -> Rig:
        if self._rig is None:
            raise EngineError("this bed is not open: measure within `opened`")
        return self._rig


def chosen_switches(service: Service, strategy: Strategy) -> dict[str, str]:
    """The strategy's switches that the service has, and no cache: it would answer in the database's place."""
    chosen = {name: value for name, value in strategy.switches.items() if name in service.switches}
    return chosen | ({"cache": "off"} if "cache" in service.switches else {})
