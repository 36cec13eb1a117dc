"""Reads the logs of a TestRun's runner pods as they are written, and says how each ended."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from scalebed.engines.k6.protocol import Line, Row, failure_of, parse_row
from scalebed.engines.kubernetes.api.client import Api, ApiError, Json
from scalebed.engines.kubernetes.api.paths import field, found, path
from scalebed.execution.ports import Clock

CONTAINER = "k6"
_AGAIN_S = 0.5
_LOST = 20
"""Broken connections in a row, after which a runner is given up."""
ROTATED = (
    "the kubelet rotated it before it was read; let its containerLogMaxSize hold a whole load, or make trials shorter"
)


@dataclass(frozen=True)
class End:
    """How a runner ended: None, or a sentence on what went wrong."""

    failure: str | None


class Follower:
    """Follows one pod's log in a thread; what it reads goes into `into` with the runner's number."""

    def __init__(
        self, api: Api, namespace: str, pod: str, number: int, into: queue.SimpleQueue[tuple[int, Line | str | End]]
    ) -> None:
        self._api = api
        self._namespace = namespace
        self.pod = pod
        self._number = number
        self._into = into
        self._stopped = threading.Event()
        self._read = 0
        self._numbered = 0
        """The number of the newest line that counts."""
        self._whole = False
        """The last line was read."""
        self._last_word = ""
        self._thread = threading.Thread(target=self._follow, name=f"log of {pod}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Read no more. The thread ends with the pod's log, which ends with the pod."""
        self._stopped.set()

    def _follow(self) -> None:
        lost = 0
        while not self._stopped.is_set():
            before = self._read, self._numbered
            try:
                self._read_log()
                pod = found(self._api, path("pods", self._namespace, self.pod))
            except ApiError as error:
                pod, lost = {}, lost + 1
                if lost >= _LOST:
                    self._put(End(f"the log of pod {self.pod} cannot be read: {error}"))
                    return
            else:
                lost = 0 if (self._read, self._numbered) > before else lost
            end = ending(pod, self.pod, self._last_word)
            if end is not None:
                if end.failure is None and self._numbered and not self._whole:
                    end = End(f"the log of pod {self.pod} lacks its end: {ROTATED}")
                self._put(end)
                return
            self._stopped.wait(_AGAIN_S)

    def _read_log(self) -> None:
        """From the start of what there is, so that nothing is lost where the connection broke; what was read is passed
        over. The start is another one once the kubelet has rotated the log, so lines are known by their numbers."""
        rows = self._api.lines(f"{path('pods', self._namespace, self.pod)}/log", container=CONTAINER, follow="true")
        for count, row in enumerate(rows, 1):
            if self._stopped.is_set():
                return
            try:
                parsed = parse_row(row)
            except (ValueError, KeyError, TypeError):
                if count > self._read:
                    self._put(f"pod {self.pod} wrote a line that cannot be read: {row[:120]!r}")
                parsed = Row(None)
            if parsed.number is None:
                self._accept_unnumbered(row, parsed, new=count > self._read)
            else:
                self._accept(parsed, parsed.number)
            self._read = max(self._read, count)

    def _accept(self, row: Row, number: int) -> None:
        if number <= self._numbered:
            return
        if number > self._numbered + 1:
            self._put(f"{number - self._numbered - 1} lines of the log of pod {self.pod} are missing: {ROTATED}")
        self._numbered = number
        self._whole = row.last
        if row.line is not None:
            self._put(row.line)

    def _accept_unnumbered(self, row: bytes, parsed: Row, *, new: bool) -> None:
        """What k6 itself says; or a line of an older one, which is new if so many rows were not read before."""
        if parsed.line is not None:
            if new:
                self._put(parsed.line)
        elif (text := row.decode("utf-8", errors="replace").strip()) and not text.startswith("at "):
            self._last_word = text[:300]

    def _put(self, what: Line | str | End) -> None:
        if not self._stopped.is_set():
            self._into.put((self._number, what))


def ending(pod: Json | None, name: str, last_word: str) -> End | None:
    """None while the runner may still write."""
    if pod is None:
        return End(f"pod {name} was deleted while it ran")
    for status in field(pod, "status", "containerStatuses", default=[]):
        terminated = field(status, "state", "terminated")
        if status["name"] == CONTAINER and terminated is not None:
            if terminated.get("reason") == "OOMKilled":
                return End(f"pod {name} ran out of memory: give the load fewer VUs, or more runners")
            said = failure_of(int(terminated["exitCode"]), last_word)
            return End(None if said is None else f"pod {name}: {said}")
    if field(pod, "status", "phase") == "Failed":
        return End(f"pod {name} failed: {field(pod, 'status', 'reason', default='no reason is given')}")
    return None


def follow(
    api: Api, namespace: str, pods: Sequence[str], into: queue.SimpleQueue[tuple[int, Line | str | End]]
) -> list[Follower]:
    followers = [Follower(api, namespace, pod, number, into) for number, pod in enumerate(pods)]
    for follower in followers:
        follower.start()
    return followers


def wait_for(
    clock: Clock,
    limit_s: float,
    met: Callable[[], bool],
    every_s: float = 0.5,
    given_up: Callable[[], bool] | None = None,
) -> bool:
    """Whether it came about within the limit."""
    until = clock.now() + limit_s
    while not met():
        if clock.now() >= until or (given_up is not None and given_up()):
            return False
        clock.sleep(every_s)
    return True


def runner_labels(name: str) -> Mapping[str, str]:
    """The labels that the operator gives a TestRun's runner pods."""
    return {"k6_cr": name, "runner": "true"}
