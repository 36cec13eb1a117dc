"""What our k6 is told and what it says, wherever it runs: its environment, its lines of JSON, its exit codes.

loadtest/README.md describes all three.
"""

from __future__ import annotations

import json
from typing import Any

from scalebed.ports import CheckCount, EndpointSecond, GeneratorSecond, Load

Line = EndpointSecond | GeneratorSecond | CheckCount

_MARK = b'{"scalebed":'
_FORMATS = (1, 2)
"""1 told neither why requests failed nor how late they began."""

STOPPED = 105
"""The exit code of a k6 that was asked to stop."""

_EXITS = {
    99: "a threshold failed, though the scenarios have none",
    100: "setup() took too long",
    104: "k6 refused its configuration",
    STOPPED: "somebody else stopped it",
    106: "its REST API could not listen",
    107: "the scenario threw an exception",
    108: "the scenario ended it",
    109: "k6 panicked",
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
    if load.steps:
        return values | {"STEPS": ",".join(f"{rate!r}:{seconds:g}" for rate, seconds in load.steps)}
    if load.concurrency is None:
        return values | {"RATE": repr(load.rate)}
    if load.stages:
        return values | {"STAGES": ",".join(f"{users}:{seconds:g}" for users, seconds in load.stages)}
    return values | {"USERS": str(load.concurrency)}


def parse_line(row: bytes) -> Line | str | None:
    """One line of k6's standard output: a second, a sentence on what went wrong, or None where it is not ours.

    Raises ValueError, KeyError or TypeError for a line that begins like ours and is none.
    """
    if not row.startswith(_MARK):
        return None
    values: dict[str, Any] = json.loads(row)
    if values.pop("scalebed") not in _FORMATS:
        raise ValueError("another format")
    kind = values.pop("type")
    if kind == "endpoint":
        return EndpointSecond(**values)
    if kind == "generator":
        return GeneratorSecond(**values)
    if kind == "check":
        return CheckCount(values["check"], values["passed"], values["failed"], values.get("beside", 0))
    return str(values["message"])


def failure_of(code: int, last_word: str = "") -> str | None:
    """One sentence for an exit code, with the last thing that k6 said; None where it ended well."""
    if code == 0:
        return None
    meaning = _EXITS.get(code) or (f"signal {-code} ended it" if code < 0 else f"it exited with status {code}")
    return f"k6 failed because {meaning}{f': {last_word}' if last_word else ''}"
