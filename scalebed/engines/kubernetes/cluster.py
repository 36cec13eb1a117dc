"""What engines reach a cluster by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scalebed.engines.kubernetes.api.client import Api
from scalebed.engines.kubernetes.api.helm import Helm
from scalebed.engines.kubernetes.readings.probe import HostCpu
from scalebed.engines.kubernetes.releases.namespaces import Namespaces
from scalebed.execution.ports import Program


@dataclass(frozen=True, kw_only=True)
class Reached:
    """A cluster in which nothing is installed. `context` is for people."""

    api: Api
    namespaces: Namespaces
    context: str
    host: Callable[[], HostCpu] | None = None
    """Reads this machine's CPU; used where the cluster's only node is on it, as is `programs`."""
    programs: Callable[[], Sequence[Program]] | None = None
    """What runs on this machine outside containers."""


@dataclass(frozen=True, kw_only=True)
class Cluster(Reached):
    """One in which a release of the chart is installed."""

    helm: Helm
