"""What the command line does in a cluster. Importing this needs the client of Kubernetes, which not everybody has."""

from __future__ import annotations

from scalebed import paths
from scalebed.engines.kubernetes.api.reaching import reach
from scalebed.engines.kubernetes.down import down as remove
from scalebed.engines.kubernetes.engine import Cluster, KubernetesEngine
from scalebed.engines.kubernetes.rerun import Outcome, Rerun
from scalebed.execution.clock import SystemClock
from scalebed.execution.ports import Clock
from scalebed.messages import Say
from scalebed.provision.cache_folder import ready_cache


def engine(context: str | None, namespace: str | None, runners: int, clock: Clock, say: Say) -> KubernetesEngine:
    """Raises EngineError where the cluster cannot be reached."""
    return KubernetesEngine(paths.ROOT, _reach(context, namespace), clock, say, runners)


def down(context: str | None, namespace: str | None, say: Say, *, purge: bool) -> None:
    """Remove what runs left behind; raises EngineError where one is running."""
    remove(_reach(context, namespace), SystemClock(), say, purge=purge)


def rerun(
    context: str | None, namespace: str | None, clock: Clock, say: Say, *, testrun: str, replicas: int
) -> tuple[Outcome, Outcome]:
    """What a TestRun came to before, and after the service was scaled."""
    return Rerun(_reach(context, namespace), clock, say, testrun).compare(replicas)


def _reach(context: str | None, namespace: str | None) -> Cluster:
    return reach(paths.ROOT, ready_cache(), context, namespace)
