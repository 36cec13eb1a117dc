"""What a fault cost: requests that failed or came late, seconds out of the SLO, and the time until it was met again.

The unit of intervals is the block: the mean over the episodes of its trial, as these share one start of the service.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from scalebed.experiment.faults import STEADY_S, Episodes, Fault
from scalebed.experiment.plan import Cell
from scalebed.experiment.spec import Experiment
from scalebed.records.run_directory import Trial
from scalebed.report.findings.ledger import Ledger, ledger
from scalebed.report.findings.seconds import Second, seconds
from scalebed.statistics import intervals
from scalebed.statistics.intervals import Interval

FEWEST_S = 2
"""Seconds on end that meet the SLO again, where no more are left of an episode."""


@dataclass(frozen=True)
class Outage:
    """One episode. Seconds are since the trial's first arrival; what was over from the second in which the fault began
    until the next one would begin."""

    begun_s: float
    over_s: float | None
    """When the part worked again; None where it did not come back."""
    requests: int
    failed: Mapping[str, int]
    """By kind."""
    late: int
    out_s: int
    """Seconds out of the SLO."""
    in_time: float | None
    """Requests a second that succeeded in time in the whole seconds between its beginning and its end; None where there
    is none."""
    back_s: float | None
    """From when it began until the SLO was met again and stayed so; 0 where it was met all the time, None where it was
    not met again before the next one."""

    @property
    def failures(self) -> int:
        return sum(self.failed.values())

    @property
    def after_s(self) -> float | None:
        """From when the part worked again until the SLO was met; None where one of the two did not happen."""
        if self.back_s is None or self.over_s is None:
            return None
        return max(0.0, self.begun_s + self.back_s - self.over_s)


@dataclass(frozen=True)
class Disrupted:
    """One trial: its seconds, and what happened in them."""

    cell: str
    block: int
    seconds: Sequence[Second]
    outages: tuple[Outage, ...]
    said: tuple[str, ...]
    """What happened the first time."""


@dataclass(frozen=True)
class FaultView:
    """What one fault cost one variant. Means are over blocks, of one episode."""

    cell: str
    variant: str
    replicas: int
    rate: float
    fault: Fault | None
    """None of the control, in which nothing fails."""
    blocks: int
    outages: int
    requests: int
    """In all episodes together."""
    failed: Interval | None
    late: Interval | None
    out_s: Interval | None
    back_s: Interval | None
    """Over the episodes in which it was met again; None of the control, which nothing put out of it."""
    after_s: Interval | None
    in_time: Interval | None
    """Requests a second that succeeded in time while it lasted."""
    never: int
    """Episodes in which it was not."""
    kinds: Mapping[str, int]
    ledger: Ledger | None
    before: Mapping[str, float]
    """Replicas and connections before the first episode, mean over trials."""
    after: Mapping[str, float]
    """The same at the end of the load."""
    memory: tuple[float, float] | None
    """Bytes of all replicas before the first episode and at the end, means over trials; None where it was not read."""
    trials: tuple[Disrupted, ...]

    @property
    def name(self) -> str:
        return "no fault" if self.fault is None else self.fault.name

    @property
    def failures(self) -> int:
        return sum(self.kinds.values())

    @property
    def failed_at_most(self) -> float:
        """With 95% certainty, the share of requests that fail."""
        return intervals.most_share(self.failures, self.requests)


def disrupted(experiment: Experiment, trial: Trial) -> Disrupted:
    """One trial, as its record has it."""
    found = seconds(trial, experiment.slo)
    met = [second.met(experiment.slo) for second in found]
    every = (experiment.episodes or Episodes()).every
    begun = [episode.begun_s for episode in trial.episodes]
    # What began late does not take seconds from the next one.
    ends = [
        min(at + every, after, float(len(found))) for at, after in zip_longest(begun, begun[1:], fillvalue=math.inf)
    ]
    outages = tuple(
        _outage(found, met, episode.begun_s, episode.over_s, until)
        for episode, until in zip(trial.episodes, ends, strict=True)
    )
    return Disrupted(trial.cell, trial.block, found, outages, trial.episodes[0].said if trial.episodes else ())


def _outage(
    found: Sequence[Second], met: Sequence[bool], begun_s: float, over_s: float | None, until_s: float
) -> Outage:
    first, last = math.floor(begun_s), math.floor(until_s)
    failed: Counter[str] = Counter()
    for second in found[first:last]:
        failed.update(second.failed)
    return Outage(
        begun_s=begun_s,
        over_s=over_s,
        requests=sum(second.requests for second in found[first:last]),
        failed=dict(failed),
        late=sum(second.late for second in found[first:last]),
        out_s=sum(not each for each in met[first:last]),
        in_time=_in_time(found, begun_s, min(until_s, until_s if over_s is None else over_s)),
        back_s=met_again(met[first:last], begun_s - first),
    )


def _in_time(found: Sequence[Second], begun_s: float, over_s: float) -> float | None:
    during = found[math.ceil(begun_s) : math.floor(over_s)]
    if not during:
        return None
    return sum(second.succeeded - second.late for second in during) / len(during)


def met_again(met: Sequence[bool], begun: float) -> float | None:
    """Seconds from the fault until the SLO was met for `STEADY_S` seconds on end; 0 where it was never broken.

    Near the end of what was looked at, `FEWEST_S` seconds up to it are enough: there is no more to tell by.
    `met` begins with the second in which the fault did, `begun` into it. A second that is out of the SLO long after
    it was met again is counted among those out, and is no part of this.
    """
    broken = next((second for second, good in enumerate(met) if not good), None)
    if broken is None:
        return 0.0
    for second in range(broken + 1, len(met) - FEWEST_S + 1):
        if all(met[second : second + int(STEADY_S)]):
            return second - begun
    return None


def fault_views(
    experiment: Experiment, cells: Iterable[Cell], trials: Mapping[str, Sequence[Trial]]
) -> tuple[FaultView, ...]:
    """One for each cell that was measured, by its trials that count."""
    if not experiment.traits.disrupts:
        return ()
    return tuple(_view(experiment, cell, trials[cell.id]) for cell in cells if trials.get(cell.id))


def _view(experiment: Experiment, cell: Cell, trials: Sequence[Trial]) -> FaultView:
    seen = [disrupted(experiment, trial) for trial in trials]
    blocks: defaultdict[int, list[Outage]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    for trial in seen:
        blocks[trial.block] += trial.outages
        for outage in trial.outages:
            kinds.update(outage.failed)
    every = [outage for trial in seen for outage in trial.outages]

    def over_blocks(of: Callable[[Outage], float | None]) -> Interval | None:
        means = []
        for outages in blocks.values():
            values = [value for outage in outages if (value := of(outage)) is not None]
            means += [sum(values) / len(values)] if values else []
        return intervals.arithmetic(means)

    return FaultView(
        cell=cell.id,
        variant=cell.variant.name,
        replicas=cell.replicas,
        rate=cell.rate or 0.0,
        fault=cell.fault,
        blocks=len(blocks),
        outages=len(every),
        requests=sum(outage.requests for outage in every),
        failed=over_blocks(lambda outage: float(outage.failures)),
        late=over_blocks(lambda outage: float(outage.late)),
        out_s=over_blocks(lambda outage: float(outage.out_s)),
        back_s=None if cell.fault is None else over_blocks(lambda outage: outage.back_s),
        after_s=over_blocks(lambda outage: outage.after_s),
        in_time=over_blocks(lambda outage: outage.in_time),
        never=0 if cell.fault is None else sum(outage.back_s is None for outage in every),
        kinds=dict(kinds),
        ledger=ledger(check for trial in trials for check in trial.checks),
        before=_means([trial.episodes[0].before for trial in trials if trial.episodes]),
        after=_means([trial.counts_after for trial in trials]),
        memory=_memory(trials),
        trials=tuple(seen),
    )


def _means(counts: Sequence[Mapping[str, int]]) -> Mapping[str, float]:
    """Each over the trials in which it was known."""
    known: defaultdict[str, list[int]] = defaultdict(list)
    for each in counts:
        for name, count in each.items():
            known[name].append(count)
    return {name: sum(found) / len(found) for name, found in known.items()}


def _memory(trials: Sequence[Trial]) -> tuple[float, float] | None:
    """Of whole trials, in which it was read before and afterwards."""
    found = []
    for trial in trials:
        begun = trial.episodes[0].begun_s if trial.episodes else 0.0
        read = [(each.at_s, float(sum(each.replica_memory_bytes))) for each in trial.usage if each.replica_memory_bytes]
        before = [size for at, size in read if at < begun]
        if before:
            found.append((before[-1], read[-1][1]))
    if not found:
        return None
    return sum(before for before, _ in found) / len(found), sum(after for _, after in found) / len(found)
