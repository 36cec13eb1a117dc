"""What the API server's audit log tells of the controller: when it looked at a target, and what it did."""

from __future__ import annotations

import datetime
import json
import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["looked", "rescaled", "refused", "said"]
_KINDS: dict[tuple[str, str], Kind] = {
    ("get", "scale"): "looked",
    ("update", "scale"): "rescaled",
    ("update", "status"): "said",
}
_CONFLICT = 409


@dataclass(frozen=True)
class Event:
    """One request of the controller; one to rescale that came after somebody else's change is `refused`, after which it
    looks again and insists. Times are seconds since 1970."""

    kind: Kind
    namespace: str
    begun: float
    ended: float
    body: Mapping[str, Any]
    """What the API server answered."""

    @property
    def replicas(self) -> int:
        """That a target is told to have; a zero is left out."""
        return int(self.body["spec"].get("replicas", 0))

    @classmethod
    def read(cls, line: str) -> Event | None:
        """None of what failed in another way, or is nothing of ours."""
        found = json.loads(line)
        about = found.get("objectRef") or {}
        kind = _KINDS.get((found["verb"], about.get("subresource", "")))
        code = (found.get("responseStatus") or {}).get("code")
        if kind == "rescaled" and code == _CONFLICT:
            kind, code = "refused", 200
        if kind is None or code != 200 or "namespace" not in about:
            return None
        begun, ended = seconds(found["requestReceivedTimestamp"]), seconds(found["stageTimestamp"])
        return cls(kind, about["namespace"], begun, ended, found.get("responseObject") or {})


def seconds(stamp: str) -> float:
    """Since 1970."""
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


class Audit:
    """Reads the log while it grows, until `close`."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._queues: dict[str, queue.Queue[Event]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def listen(self, namespace: str) -> queue.Queue[Event]:
        """All events of this namespace from now on."""
        with self._lock:
            return self._queues.setdefault(namespace, queue.Queue())

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _follow(self) -> None:
        rest = ""
        with self._log.open(encoding="utf-8") as file:
            while not self._over.is_set():
                read = file.read()
                if not read:
                    self._over.wait(0.02)
                    continue
                *lines, rest = (rest + read).split("\n")
                for line in lines:
                    self._dispatch(line)

    def _dispatch(self, line: str) -> None:
        event = Event.read(line)
        if event is None:
            return
        with self._lock:
            listening = self._queues.get(event.namespace)
        if listening is not None:
            listening.put(event)
