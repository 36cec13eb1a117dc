"""What our k6 is told and what it says, wherever it runs: its environment, its lines of JSON, its exit codes.

loadtest/README.md describes all three.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from scalebed.measurement.errors import THROWS
from scalebed.measurement.load import GRACE_S, Load
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond
from scalebed.secrecy import VEIL

Line = EndpointSecond | GeneratorSecond | CheckCount

MARK = b'{"scalebed":'
"""With which every line of ours begins."""
_FORMATS = (1, 2, 3)
"""1 told neither why requests failed nor how late they began, 2 nothing of whole iterations."""

_LONGEST = 230
"""Characters that are kept of what a script throws."""

HOMELESS = "/nonexistent"
"""Where k6 looks for a configuration, and finds none."""

STOPPED = 105
"""The exit code of a k6 that was asked to stop."""

_EXITS = {
    99: "a threshold failed, though the scenarios have none",
    100: "setup() took too long",
    101: "teardown() took too long",
    103: "it was stopped by its REST API",
    104: "k6 refused its configuration",
    STOPPED: "somebody else stopped it",
    106: "its REST API could not listen",
    107: "the scenario threw an exception",
    108: "the scenario ended it",
    109: "k6 panicked",
    110: "the scenario called exec.test.fail()",
}
"""Meanings of k6's exit codes, from its package errext/exitcodes."""


def environment(url: str, load: Load) -> dict[str, str]:
    """What the scenario reads to make this load on the target at `url`."""
    values = {
        "K6_NO_USAGE_REPORT": "true",
        "BASE_URL": url,
        "DURATION": f"{load.duration_s:g}s",
        "MAX_VUS": str(load.max_vus),
        "SEED": str(load.seed),
        "CONTACTS": str(load.contacts),
    }
    if load.grace_s != GRACE_S:
        values["TIMEOUT"] = f"{load.grace_s:g}s"
    if load.steps:
        return values | {"STEPS": ",".join(f"{rate!r}:{seconds:g}" for rate, seconds in load.steps)}
    if load.concurrency is None:
        return values | {"RATE": repr(load.rate)}
    if load.stages:
        return values | {"STAGES": ",".join(f"{users}:{seconds:g}" for users, seconds in load.stages)}
    return values | {"USERS": str(load.concurrency)}


@dataclass(frozen=True)
class Row:
    """A line of k6's standard output."""

    line: Line | str | None
    """A second, a sentence on what went wrong, or None where it is not ours or says nothing else."""
    number: int | None = None
    """From 1, without a gap, in what one k6 writes; None where it is not ours, or an older k6's."""
    last: bool = False
    runner: str = ""
    """A word that tells this k6's lines from those of others; empty where it is not ours, or an older k6's."""


def parse_line(row: bytes) -> Line | str | None:
    """What a line of k6's standard output says. Raises what `parse_row` raises."""
    return parse_row(row).line


def parse_row(row: bytes) -> Row:
    """Raises ValueError, KeyError or TypeError for a line that begins like ours and is none."""
    if not row.startswith(MARK):
        return Row(None)
    values: dict[str, Any] = json.loads(row)
    runner = values.pop("runner", "")
    number = values.pop("line", None)
    if values.get("type") == "end":
        return Row(None, number, last=True, runner=runner)
    return Row(_line(values), number, runner=runner)


def is_whole(rows: Iterable[bytes]) -> bool:
    """Whether these are all lines that one k6 wrote, from its first to its last, none of them cut.

    Of an older k6's, which have no numbers, only that none is cut can be told.
    """
    try:
        found = [row for row in map(parse_row, rows) if row.number is not None]
    except (ValueError, KeyError, TypeError):
        return False
    numbers = [row.number for row in found]
    return not found or (numbers == list(range(1, len(found) + 1)) and found[-1].last)


def _line(values: dict[str, Any]) -> Line | str:
    if values.pop("scalebed") not in _FORMATS:
        raise ValueError("another format")
    kind = values.pop("type")
    if kind == "endpoint":
        values["endpoint"] = VEIL.over(values["endpoint"])
        return EndpointSecond(**values)
    if kind == "generator":
        return GeneratorSecond(**values)
    if kind == "check":
        return CheckCount(_told(values["check"]), values["passed"], values["failed"], values.get("beside", 0))
    return VEIL.over(str(values["message"]))


def _told(check: str) -> str:
    """A check's name. What a script throws may be long, and is cut only here: half a secret is none that is known."""
    veiled = VEIL.over(check)
    return f"{veiled[:_LONGEST]}…)" if veiled.startswith(THROWS) and len(veiled) > _LONGEST + 2 else veiled


def failure_of(code: int, last_word: str = "") -> str | None:
    """One sentence for an exit code, with the last thing that k6 said; None where it ended well."""
    if code == 0:
        return None
    meaning = _EXITS.get(code) or (f"signal {-code} ended it" if code < 0 else f"it exited with status {code}")
    return f"k6 failed because {meaning}{f': {last_word}' if last_word else ''}"
