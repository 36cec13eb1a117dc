"""The k6-operator and its runners, on a fake cluster: pods and logs as TestRuns ask for them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from fake_cluster import FakeApi, Log, container, pod

from scalebed.engines.kubernetes.api.client import Json
from scalebed.measurement.histograms import encode, of_values

_LATENCIES = encode(of_values([10.0]))


@dataclass
class FakeOperator:
    """Runs every TestRun: pods after `pods_after_s`, then a second of lines each second, until its steps are over."""

    api: FakeApi
    pods_after_s: float = 8.0
    skew_s: int = 0
    """The second runner begins so much later than the first."""
    exit_code: int = 0
    image_missing: bool = False
    hangs: bool = False
    """It makes no pods at all."""
    broken_after: int | None = None
    said: bytes = b""
    """Written before the end."""
    numbered: bool = True
    """Its k6 numbers its lines, as every one but an old one does."""
    rotated: tuple[int, int] | None = None
    """When a log has so many rows, the kubelet rotates so many of them away, and readers lose their connection."""

    def __post_init__(self) -> None:
        self.runs: list[Json] = []
        self._numbers: dict[str, int] = {}
        self.api.created = self._created
        self.api.deleted = self._deleted

    def _created(self, path: str, body: Json) -> None:
        if "/testruns/" not in path:
            return
        self.runs.append(body)
        body["status"] = {"stage": "initialization"}
        if not self.hangs:
            self.api.clock.after(self.pods_after_s, lambda: self._begin(path, body))

    def _begin(self, path: str, body: Json) -> None:
        name, namespace = body["metadata"]["name"], body["metadata"]["namespace"]
        for number in range(1, body["spec"]["parallelism"] + 1):
            runner = f"{name}-{number}-x"
            labels = {"k6_cr": name, "runner": "true", "app": "k6"}
            if self.image_missing:
                waiting = {"reason": "ErrImageNeverPull", "message": "no image"}
                made = pod(runner, labels, phase="Pending", containerStatuses=[container("k6", waiting=waiting)])
            else:
                made = pod(runner, labels, containerStatuses=[container("k6", running={})])
                self.api.logs[runner] = Log(broken_after=self.broken_after)
                self._numbers[runner] = 0
            self.api.put(f"/api/v1/namespaces/{namespace}/pods/{runner}", made)
            if not self.image_missing:
                rates = steps(body)
                late = self.skew_s if number > 1 else 0
                for second in range(len(rates)):
                    self.api.clock.after(1.0 + second + late, self._second(path, runner, rates[second]))
                self.api.clock.after(1.5 + len(rates) + late, self._ending(path, runner))

    def _second(self, path: str, runner: str, rate: float) -> Callable[[], None]:
        def happen() -> None:
            if path not in self.api.objects:
                return
            second = int(self.api.clock.unix())
            arrivals = round(rate)
            if arrivals:
                self._write(runner, "endpoint", second, endpoint="detail", status=200, count=1, histogram=_LATENCIES)
            self._write(runner, "generator", second, arrivals=arrivals, dropped=0, in_flight=0.5, lag_ms=1.0)

        return happen

    def _ending(self, path: str, runner: str) -> Callable[[], None]:
        def happen() -> None:
            if path not in self.api.objects:
                return
            log = self.api.logs[runner]
            if self.said:
                log.rows.append(self.said)
            if self.numbered:
                self._write(runner, "end", int(self.api.clock.unix()))
            place = next(each for each in self.api.objects if each.endswith(f"/pods/{runner}"))
            ended = container("k6", terminated={"exitCode": self.exit_code})
            phase = "Failed" if self.exit_code else "Succeeded"
            self.api.objects[place]["status"] = {"phase": phase, "containerStatuses": [ended]}
            log.ended = True

        return happen

    def _write(self, runner: str, kind: str, second: int, **values: object) -> None:
        self._numbers[runner] += 1
        place = {"runner": runner, "line": self._numbers[runner]} if self.numbered else {}
        log = self.api.logs[runner]
        log.rows.append(line(kind, second, **place, **values))
        if self.rotated is not None and len(log.rows) == self.rotated[0]:
            log.rotated = self.rotated[1]
            log.broken_after = log.read

    def _deleted(self, path: str) -> None:
        name = path.rpartition("/")[2]
        for place in [each for each in self.api.objects if f"/pods/{name}-" in each]:
            self.api.delete(place)
            if (log := self.api.logs.get(place.rpartition("/")[2])) is not None:
                log.ended = True


def line(kind: str, second: int, **values: object) -> bytes:
    return json.dumps({"scalebed": 1, "type": kind, "second": second, **values}, separators=(",", ":")).encode()


def environment(run: Json) -> dict[str, str]:
    return {each["name"]: each.get("value", "").replace("$$", "$") for each in run["spec"]["runner"]["env"]}


def steps(run: Json) -> list[float]:
    """The rate of one runner in each second."""
    env = environment(run)
    parts = (
        env.get("STEPS")
        or env.get("STAGES")
        or f"{env.get('RATE', env.get('USERS'))}:{env['DURATION'].removesuffix('s')}"
    )
    shares = [part.split(":") for part in parts.split(",")]
    return [float(rate) / run["spec"]["parallelism"] for rate, seconds in shares for _ in range(int(float(seconds)))]
