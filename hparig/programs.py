"""The programs that the rig runs, built from Go modules where the cache has them not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from clusterbed import catalogue
from clusterbed import versions as known
from clusterbed.announcing import ConsoleAnnouncer
from clusterbed.gomodules import GoBuild
from clusterbed.tools import kubernetes_stamps
from clusterbed.workshop import Workshop
from scalebed import paths
from scalebed.autoscaling.settings import ReleaseName

_STAGES: dict[ReleaseName, str] = {"1.34": "kubernetes", "1.37": "kubernetes-1.37"}
_VERSIONS: dict[ReleaseName, str] = {"1.34": "KUBERNETES", "1.37": "RIG_KUBERNETES"}
_COMMANDS = ("kube-apiserver", "kube-controller-manager")


@dataclass(frozen=True)
class Programs:
    etcd: Path
    apiserver: Path
    controller_manager: Path
    metrics_server: Path


def versions() -> Mapping[ReleaseName, str]:
    """Of Kubernetes, such as v1.34.4, by release."""
    named = known.load(paths.ROOT)
    return {release: named[variable] for release, variable in _VERSIONS.items()}


def programs(release: ReleaseName, announcer: ConsoleAnnouncer) -> Programs:
    """Have them. Raises EngineError where one cannot be built."""
    shop = Workshop.open(paths.ROOT, paths.cache(), announcer.say)
    version = shop.versions["RIG_KUBERNETES"]
    build = GoBuild(
        shop.root / "k8s" / "build" / "kubernetes-1.37",
        {name: f"k8s.io/kubernetes/cmd/{name}" for name in _COMMANDS},
        shop.versions["TOOLS_GO"],
        kubernetes_stamps(version),
    )
    newer = shop.go_programs("kubernetes-1.37", f"Kubernetes {version}, from Go modules", build, 500)
    stage = _STAGES[release]
    made = shop.pipeline([*catalogue.without_registry(shop), newer], announcer).make(["etcd", "metrics-server", stage])
    folder = made.folder(stage)
    return Programs(
        made.folder("etcd") / "etcd",
        folder / "kube-apiserver",
        folder / "kube-controller-manager",
        made.folder("metrics-server") / "metrics-server",
    )
