"""The run directory: `manifest.json` and `trials/*.json`, and how they are written and read.

A file is written whole or not at all (to a temporary name, synced, renamed), so a run that was killed
leaves only finished trials behind.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from scalebed.experiment.spec import Experiment
from scalebed.experiment.strict import first_fault
from scalebed.measurement import causes, errors
from scalebed.measurement.causes import Cause, Verdict
from scalebed.measurement.ending import Ended
from scalebed.measurement.host import Host
from scalebed.measurement.memory import Taken
from scalebed.measurement.shares import Share
from scalebed.measurement.usage import SERVING
from scalebed.messages import UserError

SCHEMA_VERSION = 1

Purpose = Literal["unloaded", "bracket", "bisect", "confirm", "fixed-rate", "closed"]


class RunDirectoryError(UserError):
    """One sentence: which file, what is wrong, what to do."""


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, ser_json_inf_nan="null")


_R = TypeVar("_R", bound=BaseModel)


class EndpointRecord(_Record):
    """One endpoint and status within one second of a trial."""

    second: int
    """Seconds since the trial's first arrival."""
    endpoint: str
    status: int
    count: int
    histogram: str
    """HdrHistogram V2 compressed, base64, microseconds from when the request was due; in records that have no `error`
    from when it began."""
    error: str | None = None
    """Why these failed (`scalebed.measurement.errors`), empty where they did not; None in records that do not say, of
    which the status alone tells."""
    undelayed: str = ""
    """The same latencies from when the request began; empty where none began late."""

    @property
    def failure(self) -> str:
        """Why these failed; empty where they did not."""
        return errors.kind(self.status, self.error)


class GeneratorRecord(_Record):
    second: int
    arrivals: int
    dropped: int
    in_flight: float
    lag_ms: float


class UsageRecord(_Record):
    """What was used between the previous usage record and this one."""

    at_s: float
    """Seconds since the trial's first arrival, at the end of the interval."""
    interval_s: float
    cpu_s: Mapping[str, float]
    throttled_s: Mapping[str, float]
    memory_bytes: Mapping[str, int]
    replica_memory_bytes: tuple[int, ...] = ()
    """Resident memory of each replica of the service; empty where it was not read."""
    host_busy_s: float
    host_steal_s: float
    database_time_s: float | None = None


class SupplyRecord(_Record):
    """How far a scaling was at one moment; fields as in `scalebed.execution.ports.Supply`."""

    at_s: float
    """Seconds since the trial's first arrival."""
    desired: int
    scheduled: int
    started: int
    ready: int
    receiving: int
    metric: float | None


class CheckRecord(_Record):
    """What the workload asserted of the answers, over the whole trial."""

    check: str
    passed: int
    failed: int
    beside: int = 0
    """How many of those failed in setup or teardown, so that no request was counted as failed."""


class EndedRecord(_Record):
    """A replica that ended in the middle of a trial without being asked to; fields as in
    `scalebed.measurement.ending.Ended`."""

    replica: int
    of: int
    status: int
    after_s: float
    said: str
    for_memory: bool = False
    at_s: float
    """Seconds since the trial's first arrival."""

    def told(self, when: str) -> str:
        """What happened, as `Ended.told` has it."""
        return Ended(self.replica, self.of, self.status, self.after_s, self.said, self.for_memory).told(when)


class EpisodeRecord(_Record):
    """One time that something was made to fail; seconds are since the trial's first arrival."""

    begun_s: float
    over_s: float | None
    """When what failed worked again, as far as the engine can tell; None where it did not come back."""
    said: tuple[str, ...] = ()
    """What happened, in its order."""
    before: Mapping[str, int] = {}
    """Replicas that were ready, and connections to the database, just before."""


class BesideRecord(_Record):
    """The other side of a duet."""

    cell: str
    """`Cell.id`."""
    index: int | None
    """Which of its trials ran at the same time; None: it was idle."""


class Trial(_Record):
    """One load at one rate on one cell, with everything that its verdict rests on."""

    schema_version: int = SCHEMA_VERSION
    cell: str
    """`Cell.id`."""
    variant: str
    replicas: int
    block: int
    index: int
    """Place among the trials of its repetition, from 0."""
    attempt: int = 0
    """Which attempt at the repetition, from 0: what something spoiled is tried again at the end of its block."""
    purpose: Purpose
    workload: str
    rate_asked: float
    """Requests a second, or where the load is a script of the user's own journeys a second; 0 in a closed model, where
    nobody asks for a rate."""
    rate_achieved: float
    """Requests a second that succeeded, in the part that counts (after the warm-up was cut)."""
    started: str
    """ISO 8601, UTC."""
    duration_s: float
    """Whole seconds from the first arrival until the load was over or stopped. Later seconds are recorded too,
    but requests were cut short in them; what counts is warmup_cut_s ≤ second < duration_s."""
    warmup_cut_s: float
    requests: int
    """Requests that were over in the part that counts, whether they succeeded or not, and what `unasked` counts."""
    unasked: int = 0
    """How many of `errors` are the iterations' own, of which no request was made: the script threw, or a check of it
    could not be laid to a request."""
    journeys: int | None = None
    """Whole journeys in it, where an arrival is one; None where an arrival is a request."""
    journey_ms: float | None = None
    """How long one took on average."""
    pause_ms: float | None = None
    """How much of that was no wait for an answer: the script's own time and its pauses."""
    errors: Mapping[str, int]
    """By kind (`3xx`, `4xx`, `5xx`, `no response`, `check failed`, `script error`, and `dropped`, of which no request
    was made) in the part that counts."""
    latency_ms: Mapping[str, float]
    """`mean`, `p50`, `p90`, `p95`, `p99`, `max` of the requests that succeeded in the part that counts; empty where
    none did."""
    slo_percentile_ms: float | None
    """The latency at the SLO's percentile, as it was judged; None where it falls among requests that failed, which are
    slower than any; 0 where there was no request."""
    undelayed_percentile_ms: float | None = None
    """The same without the lateness of arrivals; None, too, in records that do not know it."""
    verdict: Verdict
    reasons: tuple[str, ...]
    """Sentences; why this verdict."""
    judged: Verdict | None = None
    """What the verdict would be if nothing had spoiled it; None in records from before this was kept."""
    causes: tuple[Cause, ...] = ()
    """Why, where the verdict is INVALID; else what disturbed it, and left the verdict as it is."""
    rough: bool = False
    """Other programs used CPU on a host that is shared with them, as was said: it counts, but not exactly."""
    warnings: tuple[str, ...] = ()
    cpu_s_per_request: Mapping[str, float]
    """By part, over the part that counts."""
    database_time_s_per_request: float | None = None
    """Seconds that sessions of the cell's database spent working, over the part that counts; None where it was not
    read."""
    utilisation: Mapping[str, float]
    """`service`: share of its quota (of all cores where it has none); `host`: share of all cores; other parts:
    cores used."""
    throttled_share: float
    """Throttled seconds of the service over wall seconds and replicas; 1 at most."""
    steal_share: float
    foreign_cores: float
    """Cores used by what is no part of the experiment."""
    little_ratio: float | None
    """Mean in flight, sampled, over rate × mean latency; 1 where both tell the same."""
    endpoints: tuple[EndpointRecord, ...]
    generator: tuple[GeneratorRecord, ...]
    usage: tuple[UsageRecord, ...]
    memory: tuple[Taken, ...] = ()
    """Of each replica; empty where no control groups tell it, and in records from before this was kept."""
    shares: tuple[Share, ...] = ()
    """What was bad in the part that counts, by line of the SLO; empty in records from before this was kept."""
    checks: tuple[CheckRecord, ...] = ()
    ended: tuple[EndedRecord, ...] = ()
    """Of which it is a FAIL: the service did not carry the load, and how slow it was says nothing of it."""
    supply: tuple[SupplyRecord, ...] = ()
    """Where an autoscaler owned the number of replicas."""
    start_up_s: tuple[float, ...] = ()
    """Seconds that the replicas of this deployment took until they were ready, from when each was asked for; of those
    that somebody saw start."""
    beside: BesideRecord | None = None
    """Of a duet: what was deployed beside it."""
    episodes: tuple[EpisodeRecord, ...] = ()
    """Of kind `fault`; of its control, in which nothing fails, the moments at which it would have."""
    counts_after: Mapping[str, int] = {}
    """As an episode's `before`, at the end of the load."""

    @model_validator(mode="before")
    @classmethod
    def _with_causes(cls, data: object) -> object:
        """Records once had sentences alone."""
        if not isinstance(data, dict) or "causes" in data or data.get("verdict") != "INVALID":
            return data
        host_busy = data.get("utilisation", {}).get("host", 0.0)
        return {**data, "causes": causes.told(data.get("reasons", ()), host_busy=host_busy)}

    def counts(self, second: int) -> bool:
        """Whether this second, since the first arrival, is of the part that counts."""
        return self.warmup_cut_s <= second < self.duration_s

    @property
    def requests_per_arrival(self) -> float:
        """1, but for journeys."""
        return (self.requests - self.unasked) / self.journeys if self.journeys else 1.0

    @property
    def serving_cpu_s_per_request(self) -> float:
        """Of all parts whose CPU a variant can spend or save."""
        return sum(self.cpu_s_per_request.get(part, 0.0) for part in SERVING)

    @property
    def died(self) -> bool:
        """A replica ended in it."""
        return bool(self.ended)

    @property
    def killed(self) -> bool:
        """The kernel killed a process of it for lack of memory, or had done so before, so that nothing was left."""
        return any(each.kills or each.lost for each in self.memory)

    @property
    def disturbed(self) -> bool:
        """Something else took CPU, so that its verdict may count, but neither what it used nor how long it took."""
        return not self.rough and bool(causes.disturbances(self.causes))


class Repetition(_Record):
    """The outcome of one cell in one block."""

    cell: str
    variant: str
    replicas: int
    block: int
    capacity: float | None
    """Requests a second; None where there is none at this SLO or it could not be found."""
    lower: float | None
    """Highest rate that passed."""
    upper: float | None
    """Lowest rate that did not."""
    outcome: Literal["found", "none at this SLO", "beyond the generator", "at least", "not found", "measured"]
    """`at least`: it served `lower`, and what was tried above it told nothing, mostly as something disturbed.
    `beyond the generator`: the same, as host or generator carried no more. `measured`: of a cell whose capacity is not
    sought (fixed-rate, closed, most of ablation and matrix)."""
    note: str = ""
    trials: int
    attempts: int = 1
    again: bool = False
    """Something spoiled it that may be gone by the end of the block, when it is tried again."""


class Manifest(_Record):
    schema_version: int = SCHEMA_VERSION
    scalebed_version: str
    experiment: Experiment
    order: tuple[tuple[int, str], ...]
    """(block, cell id), as planned."""
    fingerprint: Mapping[str, Any]
    started: str
    findings: tuple[str, ...] = ()
    """Preflight warnings."""
    host: Host = "alone"
    """`shared`: other programs were allowed to use CPU, which makes figures rough instead of trials INVALID."""

    @model_validator(mode="before")
    @classmethod
    def _with_settings(cls, data: object) -> object:
        """As searches were before these were settings."""
        experiment = data.get("experiment") if isinstance(data, dict) else None
        search = experiment.get("search") if isinstance(experiment, dict) else None
        if not isinstance(data, dict) or not isinstance(experiment, dict) or not isinstance(search, dict):
            return data
        return {**data, "experiment": {**experiment, "search": {"confirm": 20.0, "spread": 1.0, **search}}}


class RunDirectory:
    """Reads and writes one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trials_path = path / "trials"

    @property
    def exists(self) -> bool:
        return (self.path / "manifest.json").exists()

    def create(self, manifest: Manifest) -> None:
        self.trials_path.mkdir(parents=True, exist_ok=True)
        self.write(self.path / "manifest.json", manifest.model_dump_json(indent=1))

    def manifest(self) -> Manifest:
        return self._read(self.path / "manifest.json", Manifest)

    def add_trial(self, trial: Trial) -> Path:
        path = self.trials_path / f"b{trial.block:02d}-{trial.cell}-{trial.index:02d}.json"
        self.write(path, trial.model_dump_json())
        return path

    def trials(self) -> Iterator[Trial]:
        """In the order they were run within each repetition; unfinished files do not count."""
        for path in sorted(self.trials_path.glob("b*.json"), key=_place):
            yield self._read(path, Trial)

    def trials_of(self, block: int, cell: str) -> Iterator[Trial]:
        """Those of one repetition, in the order they were run."""
        for path in self._files_of(block, cell):
            yield self._read(path, Trial)

    def trial(self, block: int, cell: str, index: int) -> Trial | None:
        """One of them; None where there is none. What asks for it may come from outside: no name is made of it."""
        wanted = f"b{block:02d}-{cell}-{index:02d}.json"
        path = next((each for each in self.trials_path.glob("b*.json") if each.name == wanted), None)
        return None if path is None else self._read(path, Trial)

    def next_index(self, block: int, cell: str) -> int:
        """The place of the next trial among those of its repetition. Reads none of them."""
        return max((_place(path)[1] + 1 for path in self._files_of(block, cell)), default=0)

    def _files_of(self, block: int, cell: str) -> list[Path]:
        # What a base has run beside may be more than a hundred.
        digits = ("[0-9][0-9]", "[0-9][0-9][0-9]")
        return [path for of in digits for path in sorted(self.trials_path.glob(f"b{block:02d}-{cell}-{of}.json"))]

    def add_repetition(self, repetition: Repetition) -> None:
        self.write(
            self.path / "repetitions" / f"b{repetition.block:02d}-{repetition.cell}.json",
            repetition.model_dump_json(indent=1),
        )

    def repetitions(self) -> Iterator[Repetition]:
        for path in sorted((self.path / "repetitions").glob("b*.json")):
            yield self._read(path, Repetition)

    def finished(self) -> set[tuple[int, str]]:
        """Block and cell of the repetitions that nothing more is to be done about."""
        return {(r.block, r.cell) for r in self.repetitions() if not r.again}

    @staticmethod
    def write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        with partial.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)

    @staticmethod
    def _read(path: Path, model: type[_R]) -> _R:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            version = data.get("schema_version", SCHEMA_VERSION)
            if version != SCHEMA_VERSION:
                raise RunDirectoryError(
                    f"{path}: was written with schema {version}, this version reads {SCHEMA_VERSION}; "
                    "use the version of Scalebed that wrote it"
                )
            return model.model_validate(data)
        except FileNotFoundError as error:
            raise RunDirectoryError(f"{path}: is missing, so this is no run directory; name one") from error
        except OSError as error:
            raise RunDirectoryError(f"{path}: cannot be read ({error.strerror}); name a run directory") from error
        except (ValueError, AttributeError) as error:
            raise RunDirectoryError(
                f"{path}: cannot be read as a {model.__name__} ({_first(error)}); put back the file as it was written, "
                "or remove it"
            ) from error


def _place(path: Path) -> tuple[str, int]:
    """A trial's repetition, and its index."""
    repetition, _, index = path.stem.rpartition("-")
    return repetition, int(index)


def _first(error: Exception) -> str:
    return ": ".join(filter(None, first_fault(error))) if isinstance(error, ValidationError) else str(error)
