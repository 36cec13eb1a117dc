"""Reads what the pods of a held workload use, and sees to it that they are those that the cell asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scalebed.engines.kubernetes.api.client import ApiError
from scalebed.engines.kubernetes.load.runners import CONTAINER
from scalebed.engines.kubernetes.own.hold import Hold
from scalebed.engines.kubernetes.own.workload import Workload
from scalebed.engines.kubernetes.readings.probe import ContainerProbe, HostCpu
from scalebed.engines.kubernetes.readings.sources import Source
from scalebed.execution.ports import Clock
from scalebed.measurement.ending import Ended
from scalebed.measurement.readings import Sample
from scalebed.messages import EngineError

_EVERY_S = 5.0
_MISSED = 4
"""Looks in a row, after which it is not known any more whether what is measured is what was asked for."""


class Watching:
    """Implements `Probe`, and `Listener` of the load. Without a source it reads nothing, and still watches.

    `load` is the namespace of runners; `balancer` is how the pods of a balancer of ours begin, where there is one.
    """

    def __init__(
        self,
        hold: Hold,
        workload: Workload,
        source: Source | None,
        load: str,
        clock: Clock,
        *,
        host: Callable[[], HostCpu] | None = None,
        balancer: str = "",
    ) -> None:
        self._balancer = balancer
        self._hold = hold
        self._workload = workload
        self._load = load
        self._clock = clock
        self._looked = float("-inf")
        self._missed = 0
        self._pods: set[str] = set()
        self.parts: tuple[str, ...] = ()
        """Names of the parts that it reads."""
        self._probe: ContainerProbe | None = None
        if source is not None:
            # What all else uses is known where the nodes tell it; all of a pod's containers are the service.
            self.parts = ("service", *(["balancer"] if balancer else []), "generator")
            self.parts += ("cluster",) if source.whole else ()
            self._probe = ContainerProbe(source, self._part, clock, parts=self.parts, host=host)
        self._look()

    def _part(self, namespace: str, pod: str, container: str) -> str:
        if namespace == self._workload.of.namespace and pod in self._pods:
            return "service"
        if self._balancer and namespace == self._workload.of.namespace and pod.startswith(self._balancer):
            return "balancer"
        if namespace == self._load and container == CONTAINER:
            return "generator"
        return "cluster" if "cluster" in self.parts else ""

    def _look(self) -> None:
        """Raises EngineError where somebody changed what is held."""
        if self._clock.now() - self._looked < _EVERY_S:
            return
        self._looked = self._clock.now()
        try:
            told = self._hold.stray()
            self._pods |= {pod["metadata"]["name"] for pod in self._workload.pods()}
        except ApiError as error:
            self._missed += 1
            if self._missed < _MISSED and error.passing:
                return  # an API server that stumbles once need not end a trial
            raise
        self._missed = 0
        if told is not None:
            raise EngineError(told)

    def began(self, loads: Sequence[tuple[float, float]]) -> None:
        if self._probe is not None:
            self._probe.began(loads)

    def ended(self) -> None:
        if self._probe is not None:
            self._probe.ended()

    def gone(self) -> Sequence[Ended]:
        """None: a pod that ends is started again."""
        return ()

    def sample(self) -> Sample:
        self._look()
        return Sample(at=self._clock.now(), cpu_s={}) if self._probe is None else self._probe.sample()

    def finish(self) -> Sequence[Sample]:
        self._look()
        return [Sample(at=self._clock.now(), cpu_s={})] if self._probe is None else self._probe.finish()

    def shares(self) -> list[float]:
        """What share of the service's CPU each of its pods used, the most first; empty where that is not read."""
        used = sorted(self._probe.used_by_pod().values(), reverse=True) if self._probe is not None else []
        whole = sum(used)
        return [each / whole for each in used] if whole > 0 else []
