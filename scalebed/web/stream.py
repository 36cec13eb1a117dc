"""What a page is told: all that has happened, then whatever happens, until whoever reads is gone."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from scalebed.execution.chronicle import retold
from scalebed.messages import UserError
from scalebed.records import live
from scalebed.records.live import Tail
from scalebed.records.run_directory import RunDirectory

LOOK_S = 0.5
"""A second is told once it is over, so that looking more often shows nothing sooner."""
ASK_S = 2.0
"""How often it is found out whether the run goes on."""
SIGN_S = 15.0
"""After so long without news, a sign of life: what stands between may close a connection that is silent."""


_BOUNDS = frozenset({"begun", "trial", "trial_over", "over"})
"""Events at which the seconds of a trial end, or begin."""


class Follower:
    """One reader of a run directory."""

    def __init__(self, directory: RunDirectory) -> None:
        self._directory = directory
        self._events = Tail(live.events_file(directory.path))
        self._seconds: Tail | None = None

    def all(self) -> Sequence[str]:
        """What there is, as JSON objects."""
        if not live.events_file(self._directory.path).exists() and self._directory.exists:
            try:
                return [live.text(line) for line in retold(self._directory)]
            except UserError as error:
                return [live.text({"kind": "said", "line": str(error)})]
        return list(self.new())

    def new(self) -> Iterator[str]:
        """What is new. Of a trial that is over by now only what it came to, as its seconds are with its record."""
        for line in self._events.read():
            event = _parsed(line)
            if not event:
                continue
            if event.get("kind") in _BOUNDS:
                yield from self._rest()
            yield line
            if event.get("kind") == "trial":
                path = live.seconds_file(self._directory.path, event["block"], event["cell"], event["index"])
                self._seconds = Tail(path)
            elif event.get("kind") in _BOUNDS:
                self._seconds = None
        yield from self._rest()

    def _rest(self) -> Sequence[str]:
        return () if self._seconds is None else self._seconds.read()


async def messages(directory: RunDirectory, closing: threading.Event) -> AsyncIterator[str]:
    """Server-sent events (WHATWG HTML, 9.2), each with a JSON object as its data; the first one is `anew`.

    They end once `closing` is set, and are followed by nothing.
    """
    follower = Follower(directory)
    yield _message(live.text({"kind": "anew"}))
    for line in await asyncio.to_thread(follower.all):
        yield _message(line)
    state: dict[str, Any] = {}
    since_asked = since_told = ASK_S
    while not closing.is_set():
        if since_asked >= ASK_S:
            since_asked = 0.0
            now = await asyncio.to_thread(_state, directory.path)
            if now != state:
                state, since_told = now, 0.0
                yield _message(live.text({"kind": "state", **state}))
        for line in follower.new():
            since_told = 0.0
            yield _message(line)
        if since_told >= SIGN_S:
            since_told = 0.0
            yield ":\n\n"
        await asyncio.sleep(LOOK_S)
        since_asked += LOOK_S
        since_told += LOOK_S
    for line in follower.new():  # how it ended, where the page ends with the run
        yield _message(line)
    yield _message(live.text({"kind": "state", **_state(directory.path)}))


def _state(run: Path) -> dict[str, Any]:
    report = run / "report.html"
    try:
        made = report.stat().st_mtime
    except OSError:
        made = None
    return {"goes_on": live.goes_on(run), "report": made}


def _message(line: str) -> str:
    return f"data: {line}\n\n"


def _parsed(line: str) -> dict[str, Any]:
    """Empty where it is no JSON object: of a process that was killed while it wrote."""
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
