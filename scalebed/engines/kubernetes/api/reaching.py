"""Reaches a cluster from the command line's words: context, namespace, helm."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from scalebed.engines import host
from scalebed.engines.host import read_cpu
from scalebed.engines.kubernetes.api.client import choose_context, connect
from scalebed.engines.kubernetes.api.helm import HelmCommand
from scalebed.engines.kubernetes.api.helm_program import find_helm
from scalebed.engines.kubernetes.cluster import Cluster, Reached
from scalebed.engines.kubernetes.readings.probe import HostCpu
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.execution.ports import Program


def reach(context: str | None, namespace: str | None) -> Reached:
    """Raises EngineError where there is no such cluster, or one that must be named and was not."""
    chosen = choose_context(context)
    names = namespaces.named(namespace)
    return Reached(api=connect(chosen), namespaces=names, context=chosen, host=_host, programs=_programs)


def reach_with_helm(chart: Path, cache: Path, context: str | None, namespace: str | None) -> Cluster:
    """Likewise, with a Helm that installs this chart."""
    bare = reach(context, namespace)
    program = find_helm(cache)
    helm = HelmCommand(program.path, chart, bare.context, bare.namespaces.app, program.major)
    return Cluster(
        api=bare.api,
        namespaces=bare.namespaces,
        context=bare.context,
        host=bare.host,
        programs=bare.programs,
        helm=helm,
    )


def _host() -> HostCpu:
    read = read_cpu()
    return HostCpu(time.time(), read.busy_s, read.steal_s)


def _programs() -> Sequence[Program]:
    """What containers, the kubelet and the runtime use belongs to the cluster, whose part is counted as such."""
    return host.programs({pid for pid in psutil.pids() if _in_cluster(pid)})


def _in_cluster(pid: int) -> bool:
    try:
        group = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    except OSError:
        return False
    return re.search(r"kubepods|kubelet|containerd", group) is not None
