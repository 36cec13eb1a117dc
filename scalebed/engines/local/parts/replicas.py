"""The replicas of a service: app processes, each in a group of its own with its CPU quota."""

from __future__ import annotations

import http.client
import shutil
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Child, Processes, wait_until
from scalebed.engines.services import Service, base_environment
from scalebed.provision.builds import Home

START_TIMEOUT_S = 60.0
_QUIET_CORES = 0.1
_QUIET_WITHIN_S = 5.0


@dataclass(frozen=True)
class Replica:
    """One app process (with its workers) on a port of its own."""

    port: int
    child: Child
    group: Group

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def start_replica(
    processes: Processes,
    service: Service,
    switches: Mapping[str, str],
    name: str,
    *,
    home: Home,
    root: Path,
    folder: Path,
    environment: Mapping[str, str],
    limited: bool,
    cores: tuple[int, ...] | None = None,
) -> Replica:
    """Start one in its `home`; `name` is its group's, `environment` adds `DATABASE_URL`, `CACHE_URL` and the like."""
    port = free_port()
    metrics = folder / name / "metrics"
    shutil.rmtree(folder / name, ignore_errors=True)
    metrics.mkdir(parents=True)
    group = processes.group(name, limited)
    log = folder / f"{name}.log"
    log.unlink(missing_ok=True)
    shared = base_environment(root)
    child = processes.start(
        f"{service.name} ({name})",
        service.serve,
        group=group,
        folder=home.folder,
        env={
            **shared,
            "PATH": home.path(shared["PATH"]),
            "BIND": f"127.0.0.1:{port}",
            "SWITCHES": service.changed(switches),
            "METRICS_DIR": str(metrics),
            **environment,
        },
        log=log,
        cores=cores,
    )
    return Replica(port, child, group)


def stop_and_start(processes: Processes, replica: Replica) -> None:
    """Let it finish what it has begun, and start it once more on its port; whether it runs is minded as before."""
    processes.end(replica.child, signal.SIGTERM)
    processes.again(replica.child)
    replica.child.excused = False


def wait_ready(replica: Replica) -> None:
    """Until `/readyz` answers 200; raises EngineError with the last line of the replica's log."""
    wait_until(replica.child, lambda: answers(replica.port, "/readyz"), START_TIMEOUT_S, pause_s=0.05)


def wait_quiet(replicas: list[Replica]) -> None:
    """Until start-up is over in every worker, as their CPU shows; the quota is set after that."""
    deadline = time.monotonic() + _QUIET_WITHIN_S
    pause = 0.15
    while time.monotonic() < deadline:
        before = [replica.group.usage().cpu_s for replica in replicas]
        time.sleep(pause)
        after = [replica.group.usage().cpu_s for replica in replicas]
        if all(late - early < _QUIET_CORES * pause for early, late in zip(before, after, strict=True)):
            return


def answers(port: int, path: str, timeout_s: float = 2.0) -> bool:
    try:
        return status_of(port, path, timeout_s) == 200
    except (OSError, http.client.HTTPException):
        return False


def status_of(port: int, path: str, timeout_s: float) -> int:
    """Of the answer on this machine; raises OSError or HTTPException where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()
