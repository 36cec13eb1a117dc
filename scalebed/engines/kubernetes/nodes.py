"""The nodes of a cluster: what they have together, and whether they are this very machine."""

from __future__ import annotations

from dataclasses import dataclass

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import NODES, field
from scalebed.engines.kubernetes.api.quantities import number
from scalebed.engines.kubernetes.readings.probe import on_this_machine


@dataclass(frozen=True)
class Nodes:
    """All of them, as the API shows them."""

    items: tuple[Json, ...]

    @classmethod
    def of(cls, api: Api) -> Nodes:
        """Raises ApiError."""
        return cls(tuple(api.get(NODES)["items"]))

    @property
    def names(self) -> list[str]:
        return [node["metadata"]["name"] for node in self.items]

    @property
    def cores(self) -> float:
        return sum(number(node["status"]["capacity"]["cpu"]) for node in self.items)

    @property
    def memory_bytes(self) -> int:
        return sum(int(number(node["status"]["capacity"]["memory"])) for node in self.items)

    @property
    def on_this_machine(self) -> bool:
        """Whether the only one is, as in a container."""
        boots = [field(node, "status", "nodeInfo", "bootID", default="") for node in self.items]
        return len(boots) == 1 and on_this_machine(boots[0])
