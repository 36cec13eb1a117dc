"""Reaches a cluster from the command line's words: context, namespace, helm."""

from __future__ import annotations

import time
from pathlib import Path

from scalebed.engines.kubernetes import namespaces
from scalebed.engines.kubernetes.api import choose_context, connect
from scalebed.engines.kubernetes.engine import Cluster
from scalebed.engines.kubernetes.helm import HelmCommand
from scalebed.engines.kubernetes.helm_program import find_helm
from scalebed.engines.kubernetes.probe import HostCpu
from scalebed.engines.local.host import read_cpu


def reach(root: Path, cache: Path, context: str | None, namespace: str | None) -> Cluster:
    """Raises EngineError where there is no such cluster, or one that must be named and was not."""
    chosen = choose_context(context)
    rooms = namespaces.rooms(namespace)
    program = find_helm(cache)
    helm = HelmCommand(program.path, root / "charts" / "scalebed", chosen, rooms.app, program.major)
    return Cluster(connect(chosen), helm, rooms, chosen, _host)


def _host() -> HostCpu:
    read = read_cpu()
    return HostCpu(time.time(), read.busy_s, read.steal_s)
