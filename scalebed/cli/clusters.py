"""What the command line does in a cluster. Importing this needs the client of Kubernetes, which not everybody has."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

from scalebed import paths
from scalebed.engines.inspection import inspect
from scalebed.engines.k6.script import Inspected
from scalebed.engines.kubernetes.api.reaching import reach, reach_with_helm
from scalebed.engines.kubernetes.cluster import Cluster, Reached
from scalebed.engines.kubernetes.down import down as remove
from scalebed.engines.kubernetes.down import give_back_named
from scalebed.engines.kubernetes.engine import KubernetesEngine
from scalebed.engines.kubernetes.own.engine import OwnEngine
from scalebed.engines.kubernetes.own.rights import manifests
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.engines.kubernetes.rerun import Outcome, Rerun
from scalebed.execution.clock import SystemClock
from scalebed.execution.ports import Clock
from scalebed.experiment.application import Application
from scalebed.experiment.scalable import Scalable
from scalebed.experiment.script import Script
from scalebed.messages import Say
from scalebed.provision.cache_folder import ready_cache
from scalebed.provision.named_k6 import find_k6


def engine(
    context: str | None, namespace: str | None, runners: int, clock: Clock, say: Say, *, own: Sequence[Application]
) -> KubernetesEngine | OwnEngine:
    """For the shipped services, or for `own` applications. Raises EngineError where the cluster cannot be reached."""
    if not own:
        return KubernetesEngine(paths.ROOT, _reach(context, namespace), clock, say, runners)

    def inspected(script: Script) -> Inspected:
        k6 = find_k6(ready_cache(), paths.ROOT / "loadtest" / "extension", say)
        return inspect(k6, script, paths.ROOT / "loadtest" / "k6" / "arrivals.js")

    reached: Reached = reach(context, namespace)
    helm = None
    if any(application.image for application in own):
        chart = paths.ROOT / "charts" / "scalebed" / "charts" / "webapp"
        reached = with_helm = reach_with_helm(chart, ready_cache(), context, namespace)
        helm = with_helm.helm
    return OwnEngine(paths.ROOT, reached, clock, say, runners, inspector=inspected, helm=helm)


def down(
    context: str | None, namespace: str | None, say: Say, *, purge: bool, adopted: Sequence[Scalable] | None = None
) -> None:
    """Remove what runs left behind, and give back what they held, or of all that only what is `adopted`; raises
    EngineError where one is running."""
    if adopted is None:
        remove(_reach(context, namespace), SystemClock(), say, purge=purge)
    else:
        give_back_named(reach(context, namespace), adopted, say)


def rights(own: Sequence[Application], namespace: str | None, *, kubelets: bool) -> str:
    """Manifests in YAML. No cluster is asked."""
    names = namespaces.named(namespace)
    adopted = [application.adopted for application in own if application.adopted is not None]
    images = names.app if any(application.image for application in own) else None
    made = manifests(adopted, names.load, images=images, kubelets=kubelets)
    return yaml.safe_dump_all(made, sort_keys=False)


def rerun(
    context: str | None, namespace: str | None, clock: Clock, say: Say, *, testrun: str, replicas: int
) -> tuple[Outcome, Outcome]:
    """What a TestRun came to before, and after the service was scaled."""
    return Rerun(_reach(context, namespace), clock, say, testrun).compare(replicas)


def _reach(context: str | None, namespace: str | None) -> Cluster:
    return reach_with_helm(paths.ROOT / "charts" / "scalebed", ready_cache(), context, namespace)
