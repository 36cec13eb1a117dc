"""A trial under way: what is known of it, judged each second, and at its end the record."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from scalebed.execution.disruption import Episode
from scalebed.execution.observer import Progress
from scalebed.experiment.plan import Cell
from scalebed.experiment.slo import Slo
from scalebed.measurement import causes, memory, usage, validity, warmup
from scalebed.measurement.causes import Cause, Kind, Verdict
from scalebed.measurement.ending import Ended
from scalebed.measurement.errors import THROWS
from scalebed.measurement.histograms import HistogramError, Latencies
from scalebed.measurement.load import Load, Target
from scalebed.measurement.memory import ReplicaMemory
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond, Sample
from scalebed.measurement.shares import shares
from scalebed.measurement.timeline import Timeline, Window
from scalebed.measurement.usage import Usage
from scalebed.measurement.validity import Conditions, Limits, little_ratio, vus_free
from scalebed.measurement.verdict import Enough, Judgement, judge, with_checks
from scalebed.records.run_directory import (
    BesideRecord,
    CheckRecord,
    EndedRecord,
    EndpointRecord,
    EpisodeRecord,
    GeneratorRecord,
    Purpose,
    SupplyRecord,
    Trial,
    UsageRecord,
)
from scalebed.secrecy import VEIL

_SILENCE = math.log(1000)
"""Mean intervals between arrivals; once in a thousand loads the first arrival is later (exponential distribution)."""
_PERCENTILES = (50, 90, 95, 99)


@dataclass(frozen=True)
class Assignment:
    """Which trial this is, for the record, and how it is judged."""

    cell: Cell
    block: int
    index: int
    purpose: Purpose
    slo: Slo
    cores: float
    """The cores of the host."""
    enough: Enough
    sequential: bool = True
    """May end before its duration, once the verdict is certain."""
    cut_s: int | None = None
    """Seconds at its start that do not count; None where its latencies tell."""
    attempt: int = 0
    """As in `Trial`."""
    shared: bool = False
    """As in `Manifest.host`."""
    limits: Limits = field(default_factory=Limits)
    """Where a sign becomes a reason against it."""
    beside: BesideRecord | None = None
    """As in `Trial`."""
    rate: float | None = None
    """That was asked for, where the load goes beyond it for a while."""


class Watch:
    """Fed by whoever polls the load; see `scalebed.execution.trial`."""

    def __init__(
        self, assignment: Assignment, load: Load, target: Target, before: Sequence[ReplicaMemory] = ()
    ) -> None:
        """`before`: as `scalebed.measurement.memory.taken` has it."""
        self._before = tuple(before)
        self._taken: tuple[memory.Taken, ...] = ()
        self._assignment = assignment
        self._load = load
        self._target = target
        self._timeline = Timeline(
            assignment.slo.latency_ms, assignment.slo.further, journeys=load.journeys, expected=load.expected
        )
        self._samples: list[Sample] = []
        self._offset = math.inf  # of Clock.now against the generator's unix seconds
        self._judgement = Judgement("UNDECIDED", ("It has just begun.",))
        self._decided_s: int | None = None
        self._told_s = 0
        self._read: Sample | None = None  # up to which use was told
        self._failure: str | None = None
        self._checks: tuple[CheckCount, ...] = ()
        self._ended: tuple[EndedRecord, ...] = ()
        self._episodes: tuple[EpisodeRecord, ...] = ()
        self._after: Mapping[str, int] = {}

    @property
    def _rate(self) -> float | None:
        return None if self._load.concurrency or self._load.steps else self._load.rate

    @property
    def _late_s(self) -> float:
        """How much later than the load the first arrival came, as far as that is chance."""
        return min(self._timeline.quiet_s, _SILENCE / self._rate) if self._rate else 0.0

    def sample(self, sample: Sample) -> None:
        self._samples.append(sample)

    def lose(self, ended: Sequence[Ended]) -> None:
        """Replicas have ended: there is nothing left to find out at this load."""
        if ended and not self._ended:
            at_s = float(self._timeline.complete_s)
            self._ended = tuple(EndedRecord(**asdict(each), at_s=at_s) for each in ended)
            told = (f"{each.told(f'{at_s:.0f} s into the trial').rstrip('.')}." for each in ended)
            self._judgement = Judgement("FAIL", (*told, *self._judgement.reasons[: self._judgement.verdict == "FAIL"]))

    @property
    def lost(self) -> bool:
        return bool(self._ended)

    @property
    def broken(self) -> bool:
        """A replica or the generator has failed."""
        return self.lost or self._failure is not None

    def disrupted(self, episodes: Sequence[Episode], after: Mapping[str, int]) -> None:
        """What was made to fail meanwhile, and what there was at the end."""
        begin = self.at(0)
        self._after = dict(after)
        self._episodes = tuple(
            EpisodeRecord(
                begun_s=each.begun_at - begin,
                over_s=None if each.over_at is None else each.over_at - begin,
                said=tuple(each.said),
                before=dict(each.before),
            )
            for each in episodes
            if each.begun_at is not None
        )

    def give_up(self, sentence: str) -> None:
        """The generator failed."""
        self._failure = self._failure or sentence

    def add(self, endpoints: Sequence[EndpointSecond], generator: Sequence[GeneratorSecond], now: float) -> bool:
        """Whether one whole second more is known. `now`: when it was heard, of `Clock.now`."""
        before = self._timeline.complete_s
        try:
            self._timeline.add(endpoints, generator)
        except HistogramError as error:
            self.give_up(f"The load generator's report is broken: {error}.")
        if self._timeline.first is None or self._timeline.complete_s <= before:
            return False
        # A second is reported a little after its end; the shortest delay seen is the nearest to none.
        self._offset = min(self._offset, now - (self._timeline.first + self._timeline.complete_s))
        return True

    def assess(self, checks: Sequence[CheckCount] = ()) -> bool:
        """Whether the trial may end now; `checks` so far."""
        if self._failure is not None:
            return True
        end = self._timeline.complete_s
        if end >= self._load.duration_s:
            return True  # the load is over; the generator would only wait for what is in flight
        self._judgement = self._judge(end, final=False)
        if not self._assignment.sequential or self._judgement.verdict == "UNDECIDED":
            return False
        if (
            self._judgement.verdict == "FAIL"
            and self._judge(end, final=False, in_time=True).verdict != self._judgement.verdict
        ):
            return False  # the generator's lateness would decide; more seconds may tell without it
        if self._judgement.verdict == "PASS" and self._with_checks(checks, early=not self._alone).verdict != "PASS":
            return False  # as far as they are known by now
        self._decided_s = end
        return True

    def progress(self) -> Progress:
        """What there is to tell since it was asked last."""
        line, usage = self._timeline, self._used_since()
        seconds, percentile = max(1, line.complete_s), self._assignment.slo.percentile
        told = Progress(
            elapsed_s=line.complete_s,
            rate=line.so_far.total / seconds,
            percentile_ms=line.so_far.percentile_ms(percentile, self._counted(line.failed)),
            in_flight=line.generator[-1].in_flight if line.generator else 0.0,
            errors=line.failed,
            verdict=self._judgement.verdict,
            seconds=tuple(line.second(at, percentile) for at in range(self._told_s, line.complete_s)),
            usage=usage,
            supply=self._supply_record(self._samples[-1]) if self._samples else None,
            latencies=Latencies(line.so_far.counts.copy()),
            failures={kind: count for kind, count in line.failures.items() if count},
            arrivals=line.arrivals,
        )
        self._told_s = line.complete_s
        return told

    def _used_since(self) -> UsageRecord | None:
        """Since it was told last; None where no reading is newer, or so little that it tells nothing."""
        if not self._samples:
            return None
        used = self._usage_record(self._read or self._samples[0], self._samples[-1])
        if used is not None:
            self._read = self._samples[-1]
        return used

    def trial(self, failure: str | None, checks: Sequence[CheckCount] = ()) -> Trial:
        """The record, once the load has been stopped. `failure` is the generator's own."""
        end = self._end()
        cut = self._cut(end)
        window = self._timeline.window(cut, end)
        self._checks = tuple(checks)
        in_time = self._judgement
        if self._decided_s is None and not self._ended:
            self._judgement = self._judge(end, final=True)
            in_time = self._judge(end, final=True, in_time=True)
            if end + self._late_s < math.floor(self._load.duration_s) - 2:
                self.give_up(f"The load ended after {end} s instead of {self._load.duration_s:.0f} s.")
        if failure is not None:
            self._failure = failure
        verdicts = (self._judgement.verdict, in_time.verdict)
        self._judgement = self._with_checks(self._checks, early=self._decided_s is not None and not self._alone)
        if wrong := [c.check for c in self._checks if c.beside]:
            told = tuple(f"A check of the load as a whole failed: {check}." for check in wrong)
            self._judgement = replace(self._judgement, verdict="FAIL", reasons=told)
        self._taken = memory.taken([sample.replica_memory for sample in self._samples], self._before)
        limit = self._assignment.cell.memory_per_replica
        deaths = memory.deaths(self._taken, limit)
        for_others = memory.for_others(self._taken, limit)
        if deaths and not for_others:
            reasons = self._judgement.reasons if self._judgement.verdict == "FAIL" else ()
            self._judgement = replace(self._judgement, verdict="FAIL", reasons=(*deaths, *reasons))
        used = self._usage(cut, end)
        conditions = Conditions(
            rate=self._rate,
            max_vus=self._load.max_vus,
            cores=self._assignment.cores,
            service_quota=self._target.service_quota,
            usage=used,
            failure=self._failure,
            vus_wanted=self._vus_wanted(window),
            verdicts=verdicts,
        )
        against = validity.found(
            window, conditions, slo_broken=self._judgement.verdict == "FAIL", limits=self._assignment.limits
        )
        if self._ended:
            against = causes.disturbances(against)  # what the generator then failed at, or was short of, follows
        invalid = not self._ended and validity.spoils(against, self._judgement.verdict, shared=self._assignment.shared)
        if for_others:
            against = (*against, *(Cause(kind=Kind.MEMORY, sentence=sentence) for sentence in deaths))
            invalid = True
        return self._record(cut, window, used, "INVALID" if invalid else self._judgement.verdict, against)

    @property
    def _alone(self) -> bool:
        """So few requests are its full length, and not only the least that may end it."""
        return self._assignment.enough.decides

    def _with_checks(self, checks: Sequence[CheckCount], *, early: bool) -> Judgement:
        own = [c for c in checks if not c.check.startswith(THROWS)]
        counts = sum(c.passed for c in own), sum(c.failed for c in own)
        return with_checks(self._judgement, self._assignment.slo, *counts, early=early)

    def _vus_wanted(self, window: Window) -> float:
        if window.journeys is None or self._rate is None:
            return 0.0
        return self._rate * window.journeys.allowed_s(self._assignment.slo.latency_ms)

    def _judge(self, end: int, *, final: bool, in_time: bool = False) -> Judgement:
        window = self._timeline.window(self._cut(end), end)
        if in_time:
            window = window.in_time(offered=vus_free(window, self._load.max_vus))
        return judge(window, self._assignment.slo, self._rate, self._load.max_vus, self._assignment.enough, final=final)

    def _counted(self, failed: int) -> int:
        """How many of so many failures count: those that the SLO's percentile counts."""
        return failed if self._assignment.slo.latency_of == "all" else 0

    def _percentile(self, latencies: Latencies, failed: int) -> float | None:
        """At the SLO's percentile, as `Trial` has it."""
        counted = self._counted(failed)
        if not latencies.total + counted:
            return 0.0
        found = latencies.percentile_ms(self._assignment.slo.percentile, counted)
        return found if math.isfinite(found) else None

    def _cut(self, end: int) -> int:
        cut = self._assignment.cut_s
        steady = warmup.steady_from(self._timeline.means_ms(end)) if cut is None else cut
        return min(max(steady, self._filling_s(end)), end)

    def _filling_s(self, end: int) -> int:
        """Until as many journeys are under way as there will be: twice as long as one takes, and no longer than it may
        within the SLO, as those of an overloaded service take ever longer."""
        journeys = self._timeline.journeys(0, end)
        if journeys is None:
            return 0
        allowed_s = journeys.allowed_s(self._assignment.slo.latency_ms)
        took_s = 2 * journeys.total_ms / 1000 / journeys.ended if journeys.ended else math.inf
        return math.ceil(min(allowed_s, took_s))

    def _end(self) -> int:
        """Where the seconds that count end: what came after the load was stopped, or over, was cut short."""
        if self._decided_s is not None:
            return self._decided_s
        return min(self._timeline.complete_s, math.floor(self._load.duration_s))

    def at(self, second: float) -> float:
        """What `Clock.now` is, for seconds since the first arrival."""
        return (self._timeline.first or 0) + second + (self._offset if math.isfinite(self._offset) else 0.0)

    def _usage(self, start: int, end: int) -> Usage | None:
        if self._timeline.first is None:
            return None
        return usage.between(self._samples, self.at(start), self.at(end))

    def _record(
        self, cut: int, window: Window, used: Usage | None, verdict: Verdict, against: tuple[Cause, ...]
    ) -> Trial:
        cell, line = self._assignment.cell, self._timeline
        first = line.first or 0
        latencies = line.latencies(cut, window.elapsed_s)
        failed = int(window.failed.sum())
        utilisation = self._utilisation(used)
        return Trial(
            cell=cell.id,
            variant=cell.variant.name,
            replicas=cell.replicas,
            block=self._assignment.block,
            index=self._assignment.index,
            attempt=self._assignment.attempt,
            purpose=self._assignment.purpose,
            workload=self._load.workload,
            rate_asked=self._rate or self._assignment.rate or 0.0,
            rate_achieved=int(window.succeeded.sum()) / window.seconds if window.seconds else 0.0,
            started=(datetime.fromtimestamp(first, UTC) if first else datetime.now(UTC)).isoformat(timespec="seconds"),
            duration_s=float(window.elapsed_s),
            warmup_cut_s=float(cut),
            requests=window.requests,
            unasked=window.unasked,
            journeys=None if window.journeys is None else window.journeys.ended,
            journey_ms=window.journeys.total_ms / window.journeys.ended
            if window.journeys is not None and window.journeys.ended
            else None,
            pause_ms=None if window.journeys is None else window.journeys.pause_s * 1000,
            errors=line.errors(cut, window.elapsed_s),
            latency_ms=_summary(latencies),
            slo_percentile_ms=self._percentile(latencies, failed),
            undelayed_percentile_ms=self._percentile(line.latencies(cut, window.elapsed_s, undelayed=True), failed),
            verdict=verdict,
            reasons=_veiled(*(c.sentence for c in against if verdict == "INVALID"), *self._judgement.reasons),
            judged=self._judgement.verdict,
            causes=tuple(c.model_copy(update={"sentence": VEIL.over(c.sentence)}) for c in against),
            rough=self._rough(verdict, against),
            warnings=_veiled(*self._warnings(verdict, against)),
            cpu_s_per_request=(
                {part: cpu / window.made for part, cpu in used.cpu_s.items() if part != usage.BESIDE}
                if used and window.made > 0
                else {}
            ),
            database_time_s_per_request=(
                used.database_time_s / window.made
                if used and used.database_time_s is not None and window.made > 0
                else None
            ),
            utilisation=utilisation,
            # The kernel counts a second once for every core that had something to run.
            throttled_share=(
                min(1.0, used.throttled_s.get("service", 0.0) / used.interval_s / cell.replicas) if used else 0.0
            ),
            steal_share=used.host_steal_s / used.interval_s / self._assignment.cores if used is not None else 0.0,
            foreign_cores=used.foreign_cores if used is not None else 0.0,
            little_ratio=little_ratio(window),
            endpoints=tuple(
                EndpointRecord(
                    second=e.second - first,
                    endpoint=e.endpoint,
                    status=e.status,
                    count=e.count,
                    histogram=e.histogram,
                    error=e.failure,
                    undelayed=e.undelayed,
                )
                for e in line.endpoints
            ),
            generator=tuple(
                GeneratorRecord(
                    second=g.second - first,
                    arrivals=g.arrivals,
                    dropped=g.dropped,
                    in_flight=g.in_flight,
                    lag_ms=g.lag_ms,
                )
                for g in line.generator
            ),
            usage=tuple(self._usage_records()),
            memory=self._taken,
            shares=shares(window, self._assignment.slo),
            checks=tuple(CheckRecord(**asdict(c)) for c in self._checks),
            ended=self._ended,
            supply=tuple(self._supply_records()),
            start_up_s=self._target.start_up_s,
            beside=self._assignment.beside,
            episodes=self._episodes,
            counts_after=self._after,
        )

    def _rough(self, verdict: Verdict, against: tuple[Cause, ...]) -> bool:
        """Only other programs are put up with on a shared host."""
        only = causes.kinds(against) == {Kind.FOREIGN_CPU}
        return self._assignment.shared and verdict != "INVALID" and only

    def _warnings(self, verdict: Verdict, against: tuple[Cause, ...]) -> Iterable[str]:
        yield from self._judgement.warnings
        if self._rough(verdict, against):
            yield "Other programs used CPU of the shared host: its figures are rough."
        elif verdict == "PASS" and causes.disturbances(against):
            yield "Something else took CPU: it passed all the same, and what it used does not count."
        yield from (f"A check failed: {c.check}." for c in self._checks if c.failed)

    def _utilisation(self, used: Usage | None) -> dict[str, float]:
        if used is None:
            return {}
        parts = {part: used.cores(part) for part in used.cpu_s}
        if "service" in used.cpu_s:
            parts["service"] = used.cores("service") / (self._target.service_quota or self._assignment.cores)
        if used.host_busy_s > 0:  # in a cluster it may be unknown, and no host is ever idle to the last tick
            parts["host"] = used.host_busy_s / used.interval_s / self._assignment.cores
        return parts

    def _usage_records(self) -> list[UsageRecord]:
        pairs = zip(self._samples, self._samples[1:], strict=False)
        return [record for pair in pairs if (record := self._usage_record(*pair)) is not None]

    def _usage_record(self, before: Sample, after: Sample) -> UsageRecord | None:
        used = usage.between((before, after), before.at, after.at)
        if used is None:
            return None
        return UsageRecord(
            at_s=after.at - self.at(0),
            interval_s=used.interval_s,
            cpu_s=used.cpu_s,
            throttled_s=used.throttled_s,
            memory_bytes=after.memory_bytes,
            replica_memory_bytes=after.replica_memory_bytes,
            host_busy_s=used.host_busy_s,
            host_steal_s=used.host_steal_s,
            database_time_s=used.database_time_s,
        )

    def _supply_records(self) -> Iterable[SupplyRecord]:
        return (record for sample in self._samples if (record := self._supply_record(sample)) is not None)

    def _supply_record(self, sample: Sample) -> SupplyRecord | None:
        if sample.supply is None:
            return None
        counts = asdict(sample.supply)
        return SupplyRecord(at_s=counts.pop("at") - self.at(0), **counts)


def _veiled(*sentences: str) -> tuple[str, ...]:
    """They may quote what a script or a service said."""
    return tuple(VEIL.over(sentence) for sentence in sentences)


def _summary(latencies: Latencies) -> dict[str, float]:
    if not latencies.total:
        return {}
    percentiles = {f"p{p}": latencies.percentile_ms(p) for p in _PERCENTILES}
    return {"mean": latencies.mean_ms, **percentiles, "max": latencies.max_ms}
