"""Reads the kubelet's `/metrics/cadvisor`: what every container has used so far, and when that was so.

The kubelet samples each container every 10 to 15 s, at a moment of its own, and stamps each number with it; between
two samples numbers stand still. metrics-server asks for the same every 15 s and hands on no throttling.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_CPU = "container_cpu_usage_seconds_total"
_THROTTLED = "container_cpu_cfs_throttled_seconds_total"
_MEMORY = "container_memory_working_set_bytes"
_LINE = re.compile(r"^(?P<metric>[a-z_]+)\{(?P<labels>.*)\} (?P<value>\S+)(?: (?P<ms>\d+))?$")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

Key = tuple[str, str, str, str]
"""Namespace, pod, container and control group; the first three empty where it is no container's."""


@dataclass(frozen=True)
class Reading:
    """What one control group used. `at` is the node's unix time of the sample."""

    at: float
    cpu_s: float
    throttled_s: float | None
    """None where there is no CPU quota."""
    memory_bytes: int
    """The working set: what cannot be taken away without harm, and so what an eviction or a limit counts."""


def read(text: str) -> dict[Key, Reading]:
    """Every container, and control groups that are none; without pods' own, which are sums, and `pause` containers."""
    cpu: dict[Key, tuple[float, float]] = {}
    throttled: dict[Key, float] = {}
    memory: dict[Key, int] = {}
    for metric, labels, value, at in _parsed(text.splitlines()):
        key = (labels.get("namespace", ""), labels.get("pod", ""), labels.get("container", ""), labels.get("id", ""))
        if bool(key[1]) != bool(key[2]) or key[2] == "POD":
            continue
        if metric == _CPU and labels.get("cpu", "total") == "total":
            cpu[key] = value, at
        elif metric == _THROTTLED:
            throttled[key] = value
        elif metric == _MEMORY:
            memory[key] = int(value)
    return {
        key: Reading(at, value, throttled.get(key), memory.get(key, 0)) for key, (value, at) in cpu.items() if at > 0
    }


def _parsed(lines: Iterable[str]) -> Iterable[tuple[str, Mapping[str, str], float, float]]:
    for line in lines:
        if not line.startswith((_CPU, _THROTTLED, _MEMORY)):
            continue
        match = _LINE.match(line)
        if match is not None:
            yield (
                match["metric"],
                dict(_LABEL.findall(match["labels"])),
                float(match["value"]),
                int(match["ms"] or 0) / 1000,
            )
