"""Services to look at and to work on: in their development profile, behind the parts that experiments have."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from scalebed import paths
from scalebed.engines import host
from scalebed.engines.local import preflight
from scalebed.engines.local.isolation.claim import Claim
from scalebed.engines.local.isolation.leftovers import remove_leftovers
from scalebed.engines.local.isolation.ports import named_port
from scalebed.engines.local.isolation.processes import last_line, part_account
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.databases import Databases
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.engines.local.parts.replicas import Replica, stop_and_start, wait_ready
from scalebed.engines.local.parts.sources import Sources
from scalebed.engines.local.rig import Rig, Running, Wanted, cluster_folder
from scalebed.engines.services import Service, read_service, require_packages
from scalebed.measurement.ending import how
from scalebed.messages import EngineError, Say
from scalebed.provision.builds import Build, source_key
from scalebed.provision.servers import find_parts

DEVELOPMENT = {"DJANGO_DEBUG": "1", "LOG_LEVEL": "INFO"}
"""What a service is told in its development profile: error pages, and what it would else keep to itself."""
LOOK_S = 0.5
"""Between two looks at whether all runs and whether a source has changed."""


class Serving:
    """What one `scalebed serve` has running. `root` has what the testbed reads, `cache` is `$SCALEBED_CACHE`."""

    def __init__(self, root: Path, cache: Path, say: Say, cluster: str = "runs") -> None:
        self._root = root
        self._cache = cache
        self._say = say
        self._cluster_name = cluster
        self._claim = Claim(cache)
        self._rig: Rig | None = None
        self._running: Running | None = None
        self._stack = ExitStack()
        """What is still to be undone, the last first."""
        self._broken: set[int] = set()
        """Replicas that a change has broken, by their child's number."""
        self._built: dict[str, tuple[Build, str]] = {}
        """Services that run from a copy of their sources, with the key of what these were."""

    @property
    def logs(self) -> Path:
        """The folder of what all of them say, while they run."""
        return self._cache / "run" / "serve"

    def open(self, names: Sequence[str], contacts: int, seed: int, port: int) -> Mapping[str, str]:
        """Start each service with rows of its own; name → base URL, the first at `port`, the next at the next.

        Raises EngineError, before anything is started where it is about what was asked for.
        """
        require_packages()
        services = [read_service(self._root, name) for name in names]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise EngineError(f"{twice}: is named twice; name each service once")
        self._built = {
            each.name: (each.build, source_key(each.build, "")) for each in services if each.build is not None
        }
        ports = {service.name: named_port(port + place) for place, service in enumerate(services)}
        self._claim.take()
        self._stack.callback(self._claim.release)
        removed = remove_leftovers(self._cache / "run")
        if removed.ended:
            self._say(f"Ended what an earlier run left behind: {', '.join(removed.ended)}.")
        parts = find_parts(self._cache, self._say)
        cluster = Cluster(parts.postgres, cluster_folder(self._cache, parts, self._cluster_name), part_account())
        cluster.lock()
        self._stack.callback(cluster.unlock)
        placement, cores = host.Placement(None, None), host.usable_cores()
        rig = Rig(self._root, self._cache, self.logs, parts, Quota("none"), placement, cores, cluster, self._say)
        self._rig = rig
        self._stack.callback(rig.close)
        rig.start_cluster()
        copies = self._load(rig.databases, services, contacts, seed)
        wanted = [
            Wanted(each.name, each, {}, copies[each.name], port=ports[each.name], env=DEVELOPMENT) for each in services
        ]
        self._running = self._stack.enter_context(rig.running(wanted))
        return {name: self._running.url(name) for name in ports}

    def _load(self, databases: Databases, services: Sequence[Service], contacts: int, seed: int) -> Mapping[str, str]:
        """A copy of the rows for each, which goes when it goes: what people write is nobody else's."""
        templates = {each.name: databases.template_name(contacts, seed, each) for each in services}
        clones = {databases.clone_name(templates[each.name], each, {}) for each in services}
        kept = {*templates.values(), *clones}
        missing = len(kept - set(databases.names()))
        databases.make_room(preflight.disk_needed(contacts, missing + len(services)), kept)
        copies = {}
        for service in services:
            clone = databases.clone(databases.template(contacts, seed, service, self._say), service, {}, self._say)
            copies[service.name] = databases.throw_away(clone)
            self._stack.callback(self._drop, databases, copies[service.name])
            if service.rows == "shared" and not databases.has_rows(copies[service.name], "app_user"):
                raise EngineError(
                    f"{service.place}: its database {clone} has no contacts, though it had; remove it with "
                    f"{paths.COMMAND} down --purge, and serve again"
                )
        return copies

    def _drop(self, databases: Databases, name: str) -> None:
        with suppress(EngineError):  # where Postgres is what has ended; the next start drops it
            databases.drop(name)

    def watch(self) -> None:
        """Start services anew when a source of theirs changes, but those that were built, until a signal or an
        EngineError: a part has ended."""
        rig, running = self._in_use()
        sources = Sources(self._root / "apps")
        while True:
            time.sleep(LOOK_S)
            if changed := sources.changed():
                self._say(f"{changed} has changed.")
                for name, replicas in running.replicas.items():
                    if name in self._built:
                        self._look_at_build(name)
                        continue
                    for replica in replicas:
                        self._renew(rig, name, replica)
            self._require_all(rig)

    def _look_at_build(self, name: str) -> None:
        """Say once that what was built is no longer what stands there: started anew it would be the same."""
        build, known = self._built[name]
        if (key := source_key(build, "")) != known:
            self._built[name] = (build, key)
            self._say(f"{name} goes on as it was built; serve again to build it from what has changed.")

    def _renew(self, rig: Rig, name: str, replica: Replica) -> None:
        self._broken.discard(replica.child.number)
        stop_and_start(rig.processes, replica)
        try:
            wait_ready(replica)
        except EngineError as error:
            self._broken.add(replica.child.number)
            self._say(f"{error}. It starts anew with the next change.")
        else:
            self._say(f"{name} serves again.")

    def _require_all(self, rig: Rig) -> None:
        for child in rig.processes.ended():
            if child.number not in self._broken:
                raise EngineError(
                    f"{child.what} {how(child.process.returncode)}, so all was stopped: {last_line(child.log)} "
                    f"({child.log}); serve again"
                )

    def close(self, *, keep_logs: bool = False) -> None:
        """Stop all of it and remove its rows; safe to call twice. `keep_logs`: something in them has yet to be read."""
        begun, self._rig, self._running = self._rig is not None, None, None
        self._stack.close()
        if begun and not keep_logs:
            shutil.rmtree(self.logs, ignore_errors=True)

    def _in_use(self) -> tuple[Rig, Running]:
        if self._rig is None or self._running is None:
            raise EngineError("nothing is served: open it first")
        return self._rig, self._running
