"""One pass of the load over each service, to see whether it works before anything is measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scalebed.execution.ports import Clock, Engine
from scalebed.execution.trial import unjudged
from scalebed.experiment.plan import Cell, cells
from scalebed.experiment.spec import Experiment
from scalebed.measurement.histograms import Latencies, decode
from scalebed.measurement.load import GRACE_S, load_of
from scalebed.measurement.readings import CheckCount, EndpointSecond
from scalebed.measurement.timeline import Journeys
from scalebed.search.schedule import WARMUP_S

PASS_S = 1.0
"""One user goes on for so long, and ends what was begun by then."""
LONGEST_S = WARMUP_S + GRACE_S
"""That a journey may take, here as before a first trial."""


@dataclass(frozen=True)
class Answered:
    """What one endpoint answered; `failures` by kind, latencies in ms of what succeeded."""

    endpoint: str
    statuses: Mapping[int, int]
    failures: Mapping[str, int]
    mean_ms: float


@dataclass(frozen=True)
class Rehearsed:
    """What one pass came to on one service."""

    cell: Cell
    ready_s: float
    """From its start until every replica served."""
    journeys: Journeys | None
    answered: Sequence[Answered]
    checks: Sequence[CheckCount]
    failure: str | None
    """As a sentence: a replica that ended, or the generator's own."""
    unheard: str = ""
    """Which of the SLO's endpoints did not come, as a sentence's rest; they may be rare, so it works all the same."""

    @property
    def works(self) -> bool:
        """Whether everything was answered, and as the script wants it."""
        wrong = any(each.failures for each in self.answered) or any(check.failed for check in self.checks)
        unended = self.cell.own_script and self.journeys is None
        return self.failure is None and bool(self.answered) and not (wrong or unended)


def rehearsed_cells(experiment: Experiment) -> tuple[Cell, ...]:
    """Of each variant the one with the fewest replicas."""
    fewest: dict[str, Cell] = {}
    for cell in cells(experiment):
        known = fewest.get(cell.variant.name)
        if known is None or cell.replicas < known.replicas:
            fewest[cell.variant.name] = cell
    return tuple(fewest.values())


def rehearse(engine: Engine, clock: Clock, experiment: Experiment, cell: Cell) -> Rehearsed:
    """Deploys a cell of a prepared engine, and lets one user go through it. Raises EngineError."""
    began = clock.now()
    with engine.deploy(cell) as target:
        ready_s = clock.now() - began
        engine.restore(cell)
        load = load_of(experiment, 1, 0.0, duration_s=PASS_S, seed=experiment.seed)
        if load.journeys:
            load = replace(load, grace_s=LONGEST_S - PASS_S)
        made = unjudged(engine.generator(), target, load, clock)
        run, seconds = made.run, made.seconds
        answered = _answered(seconds.endpoints)
        return Rehearsed(
            cell=cell,
            ready_s=ready_s,
            journeys=seconds.all_journeys(),
            answered=answered,
            checks=run.checks,
            failure=next((each.sentence for each in engine.probe().gone()), run.failure),
            unheard=experiment.slo.unheard([each.endpoint for each in answered]),
        )


def _answered(lines: Sequence[EndpointSecond]) -> tuple[Answered, ...]:
    statuses: dict[str, Counter[int]] = {}
    failures: dict[str, Counter[str]] = {}
    latencies: dict[str, Latencies] = {}
    for line in lines:
        statuses.setdefault(line.endpoint, Counter())[line.status] += line.count
        found = failures.setdefault(line.endpoint, Counter())
        if line.failure:
            found[line.failure] += line.count
        else:
            latencies[line.endpoint] = latencies.get(line.endpoint, Latencies()) + decode(line.histogram)
    return tuple(
        Answered(name, dict(counts), dict(failures[name]), latencies.get(name, Latencies()).mean_ms)
        for name, counts in statuses.items()
    )
