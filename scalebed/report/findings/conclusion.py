"""What a run comes to for whoever asked, as an exit code: yes, no, or no valid answer.

A pure function of repetitions and trials, so that the command line, `--json` and JUnit say the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from statistics import geometric_mean
from typing import Protocol

from scalebed.experiment.plan import cells
from scalebed.experiment.spec import Experiment
from scalebed.measurement.causes import Verdict
from scalebed.records.run_directory import CheckRecord, Purpose, Repetition
from scalebed.report.findings.ledger import MARK as LEDGER
from scalebed.search.observation import stands


class Conclusion(IntEnum):
    """The exit codes of every command. Over several answers the gravest counts, see `gravest`."""

    YES = 0
    NO = 1
    """The SLO was missed, there is no capacity at it, or a check failed."""
    COULD_NOT_RUN = 2
    NO_VALID_ANSWER = 3
    """INVALID throughout, undecided, or more than host or generator could carry."""

    @property
    def words(self) -> str:
        return self.name.lower().replace("_", " ")


_GRAVITY = (Conclusion.YES, Conclusion.NO, Conclusion.NO_VALID_ANSWER, Conclusion.COULD_NOT_RUN)


def gravest(conclusions: Iterable[Conclusion]) -> Conclusion:
    """2 before 3 before 1 before 0; YES of none."""
    return max(conclusions, key=_GRAVITY.index, default=Conclusion.YES)


@dataclass(frozen=True)
class CellConclusion:
    """What one cell comes to, and why."""

    cell: str
    conclusion: Conclusion
    reason: str
    """A sentence; empty where the answer is yes."""


class Tried(Protocol):
    """What is needed of a trial."""

    @property
    def cell(self) -> str: ...
    @property
    def purpose(self) -> Purpose: ...
    @property
    def rate_asked(self) -> float: ...
    @property
    def verdict(self) -> Verdict: ...
    @property
    def died(self) -> bool: ...
    @property
    def judged(self) -> Verdict | None: ...
    @property
    def disturbed(self) -> bool: ...
    @property
    def killed(self) -> bool: ...
    @property
    def checks(self) -> Sequence[CheckRecord]: ...


def conclude(
    experiment: Experiment, cells: Sequence[str], repetitions: Iterable[Repetition], trials: Iterable[Tried]
) -> tuple[CellConclusion, ...]:
    """One for each of the cells, by its id, in their order.

    A capacity that was sought answers whether there is one, or with `at_least` whether it suffices. A load that was
    given answers whether the SLO was met under it in every block, and whether every check was.
    """
    found: defaultdict[str, list[Repetition]] = defaultdict(list)
    for repetition in repetitions:
        found[repetition.cell].append(repetition)
    given: defaultdict[str, list[Tried]] = defaultdict(list)
    for trial in trials:
        if trial.purpose in ("fixed-rate", "closed"):
            given[trial.cell].append(trial)
    return tuple(_of_cell(experiment, cell, found[cell], given[cell]) for cell in cells)


def _of_cell(
    experiment: Experiment, cell: str, repetitions: Sequence[Repetition], given: Sequence[Tried]
) -> CellConclusion:
    sought = [r for r in repetitions if r.outcome != "measured"]
    answers = [_failed_checks(given, own=experiment.load is not None)]
    if _faulty(experiment, cell):
        answers.append(_seen(given))
    elif not experiment.traits.seeks:
        rates: tuple[float | None, ...] = experiment.rates or (None,)
        answers += [_met([t for t in given if rate is None or t.rate_asked == rate], rate) for rate in rates]
    if experiment.traits.seeks or sought:
        answers.append(_capacity(sought, experiment.at_least))
    gravest_answer = max(answers, key=lambda answer: _GRAVITY.index(answer[0]))
    return CellConclusion(cell, *gravest_answer)


def _faulty(experiment: Experiment, cell: str) -> bool:
    """Whether something is made to fail in it: then the SLO is broken, and the question is for how long."""
    return any(each.id == cell and each.fault is not None for each in cells(experiment))


_Answer = tuple[Conclusion, str]


def _seen(trials: Sequence[Tried]) -> _Answer:
    """What a fault cost is known where one trial counts."""
    if any(trial.verdict != "INVALID" for trial in trials):
        return Conclusion.YES, ""
    return Conclusion.NO_VALID_ANSWER, "Every trial was INVALID." if trials else "There was no trial."


def _failed_checks(trials: Sequence[Tried], *, own: bool) -> _Answer:
    """Checks that failed, of INVALID trials too: a busy host spoils latencies, but no answer becomes a wrong one.

    A script of the user's `own` may check whether there was an answer at all. What it checks of a request makes an
    error of it, which the SLO judges; what it checks beside them nothing else does.
    """
    failed = dict.fromkeys(
        check.check
        for trial in trials
        for check in trial.checks
        if (check.beside if own and not check.check.startswith(LEDGER) else check.failed)
    )
    return (Conclusion.NO, f"A check failed: {'; '.join(failed)}.") if failed else (Conclusion.YES, "")


def _met(trials: Sequence[Tried], rate: float | None) -> _Answer:
    """The SLO under one load that was given: met where every valid trial passed, as the report has it."""
    at = "" if rate is None else f" at {rate:g}/s"
    verdicts = {trial.verdict for trial in trials} - {"INVALID"}
    if "FAIL" in verdicts:
        ended, killed = any(trial.died for trial in trials), any(trial.killed for trial in trials)
        why = (
            ", as the kernel killed a replica for lack of memory" if killed else ", as a replica ended" if ended else ""
        )
        return Conclusion.NO, f"The SLO was missed{at}{why}."
    if "UNDECIDED" in verdicts:
        return Conclusion.NO_VALID_ANSWER, f"It stayed undecided whether the SLO was met{at}."
    if not verdicts:
        why = "Every trial was INVALID" if trials else "There was no trial"
        return Conclusion.NO_VALID_ANSWER, f"{why}{at}."
    spoiled = sum(t.verdict == "INVALID" and t.disturbed and t.judged != "PASS" for t in trials)
    if not stands((t.disturbed for t in trials if t.verdict == "PASS"), spoiled):
        return Conclusion.NO_VALID_ANSWER, f"Something disturbed most of the trials that did not pass{at}."
    return Conclusion.YES, ""


def _capacity(repetitions: Sequence[Repetition], at_least: float | None) -> _Answer:
    """Blocks that found nothing valid do not count against those that did."""
    if any(r.outcome == "none at this SLO" for r in repetitions):
        return Conclusion.NO, "There is no capacity at this SLO."
    capacities = [r.capacity for r in repetitions if r.capacity is not None]
    if capacities:
        capacity = geometric_mean(capacities)
        if at_least is None or capacity >= at_least:
            return Conclusion.YES, ""
        return Conclusion.NO, f"The capacity is {capacity:.4g}/s, less than the {at_least:g}/s asked for."
    served = max((r.lower for r in repetitions if r.lower is not None), default=None)
    if served is None:
        why = repetitions[-1].note if repetitions else "It was not measured."
        return Conclusion.NO_VALID_ANSWER, f"No capacity was found. {why}".rstrip()
    if at_least is not None and served >= at_least:
        return Conclusion.YES, ""
    return Conclusion.NO_VALID_ANSWER, f"It serves at least {served:.4g}/s; how much more was not found."
