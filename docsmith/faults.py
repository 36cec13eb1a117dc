"""The page of all faults, made from what the experiment file may name."""

from __future__ import annotations

from scalebed.experiment.faults import DELAY_S, FACTOR, NATURES, RESTART_AFTER_S, FaultName, Nature

_HEAD = """\
# The faults

Of the kind `fault` ([keys](experiment-kinds.md#fault), [how to](../how-to/find-out-what-a-failure-costs.md)). With
several replicas, faults of one happen to another each time.

| fault | what happens | part | its own keys, and what they are without a word |
|---|---|---|---|
"""


def page() -> str:
    return _HEAD + "".join(_row(name, nature) for name, nature in NATURES.items())


def _row(name: FaultName, nature: Nature) -> str:
    keys = []
    if nature.lasts is not None:
        keys.append(f"`lasts` {nature.lasts:g} s")
    if nature.restarts:
        keys.append(f"`restart_after` {RESTART_AFTER_S:g} s")
    if nature.delays:
        keys.append(f"`delay` {DELAY_S * 1000:g} ms")
    if nature.rises:
        keys.append(f"`factor` {FACTOR:g}")
    if nature.linked:
        keys.append("needs the proxy")
    if nature.several:
        keys.append("needs two replicas")
    return f"| `{name}` | {nature.does} | {nature.part} | {', '.join(keys)} |\n"
