"""Makes parts of a deployed cell fail, and tells when."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from scalebed.engines.local.faults import of_parts, of_replicas
from scalebed.engines.local.faults.scene import Scene, is_ready
from scalebed.engines.local.faults.supervisor import Supervisor
from scalebed.engines.local.rig import Rig, Running, Wanted
from scalebed.execution.ports import Told
from scalebed.experiment.faults import Fault, FaultName
from scalebed.messages import EngineError

ACTS: Mapping[FaultName, Callable[[Scene], None]] = {
    "replica-killed": of_replicas.killed,
    "worker-killed": of_replicas.worker_killed,
    "replica-frozen": of_replicas.frozen_for_a_while,
    "replica-slow": of_replicas.slow,
    "rollout": of_replicas.rollout,
    "scale-in": of_replicas.scale_in,
    "balancer-reloaded": of_parts.balancer_reloaded,
    "pooler-restarted": of_parts.pooler_restarted,
    "pooler-killed": of_parts.pooler_killed,
    "connections-killed": of_parts.connections_killed,
    "database-restarted": of_parts.database_restarted,
    "database-crashed": of_parts.database_crashed,
    "database-frozen": of_parts.database_frozen,
    "database-slow": of_parts.database_slow,
    "database-unreachable": of_parts.database_unreachable,
    "tables-locked": of_parts.tables_locked,
    "cache-killed": of_parts.cache_killed,
    "cache-frozen": of_parts.cache_frozen,
    "cache-slow": of_parts.cache_slow,
    "cache-unreachable": of_parts.cache_unreachable,
    "cache-full": of_parts.cache_full,
    "cache-flushed": of_parts.cache_flushed,
    "overload": of_parts.overload,
}


class LocalInjector:
    """Implements `scalebed.execution.ports.Injector` for one deployed cell."""

    def __init__(self, rig: Rig, wanted: Wanted, running: Running, fault: Fault) -> None:
        self._rig = rig
        self._wanted = wanted
        self._running = running
        self._fault = fault
        self._supervisor = Supervisor(
            rig.processes,
            running.replicas[wanted.name],
            lambda replica: is_ready(wanted, replica),
            fault.restart_after_s,
        )

    def begin(self) -> None:
        self._supervisor.start()

    def inject(self, number: int, told: Told, pause: Callable[[float], None]) -> None:
        scene = Scene(
            self._rig, self._wanted, self._running, self._supervisor, self._fault, number, told=told, pause=pause
        )
        ACTS[self._fault.fault](scene)

    def counts(self) -> Mapping[str, int]:
        ready = sum(is_ready(self._wanted, replica) for replica in self._running.replicas[self._wanted.name])
        counted = {"replicas ready": ready, "restarts": self._supervisor.restarts}
        if self._wanted.database is not None:
            with contextlib.suppress(EngineError):  # it may not have come back
                counted["database connections"] = self._connections(self._wanted.database)
        return counted

    def _connections(self, database: str) -> int:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
        with self._rig.cluster.connect("postgres") as connection:
            row = connection.execute(query, [database]).fetchone()
        return 0 if row is None else int(row[0])

    def end(self) -> None:
        self._supervisor.stop()
        self._put_back()
        if self._supervisor.failure is not None:
            raise EngineError(f"{self._fault.name}: {self._supervisor.failure}")

    def _put_back(self) -> None:
        """Start the database again where it was to stay away: it is that of the next cells, too."""
        if self._rig.postgres is None or self._fault.nature.part != "database":
            return
        child = self._rig.postgres.child
        if child.excused and child.process.poll() is not None:
            self._rig.processes.again(child)
            self._rig.postgres.wait()
            child.excused = False
