"""What the figures of memory mean, and what to write under `resources`."""

from __future__ import annotations

from collections.abc import Sequence

from scalebed.report.findings.memory import Memory, Resources
from scalebed.report.findings.views import CellView

MARGIN = (
    "A quarter is added to the most that any trial took, as readings are a second apart and a run is shorter than a "
    "service’s life; requests and limits are alike, as memory cannot be taken back from who has it. A run with this "
    "figure as memory_per_replica shows whether it holds."
)


def meaning(of: Sequence[Memory]) -> str:
    """Which figure it is, and what it counts."""
    if any(each.kind == "resident" for each in of):
        what = "The resident memory of its processes, as no control group tells it; what they share after a fork counts"
        what += " once for each"
    else:
        what = (
            "The working set, which a kubelet evicts by: what is charged to its control group without inactive pages "
        )
        what += "of files, which can be dropped at once, and with those of its programs, whoever read them first"
    text = f"Of the replica that took most. {what}."
    if any(each.highest_bytes is not None for each in of):
        text += " The kernel’s own high mark counts every page that is charged to the group, and the replica’s start."
    return text


def resources(of: Sequence[tuple[CellView, Memory]]) -> list[tuple[str, Resources]]:
    """By variant, of its cell that takes most."""
    most: dict[str, Memory] = {}
    for cell, memory in of:
        held = most.get(cell.variant)
        if memory.resources is not None and (held is None or memory.most_bytes > held.most_bytes):
            most[cell.variant] = memory
    return [(variant, memory.resources) for variant, memory in most.items() if memory.resources is not None]
