"""What the report says about whether the run may be believed: one line for each thing that was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from scalebed.experiment.size import in_words
from scalebed.experiment.variant import has_own
from scalebed.report.findings import leak
from scalebed.report.findings.gathering import Gathered
from scalebed.report.findings.views import CellView, Check, Level, TrialView
from scalebed.report.sentences import figures

# Above these a reader should know; what spoils a trial outright was judged when it was run.
STEAL_NOTE = 0.01
FOREIGN_NOTE = 0.1
LITTLE_NOTE = (0.8, 1.25)
QUOTA_NOTE = 1.1
POISSON = (0.7, 1.4)
_LEVELS: Mapping[leak.Verdict, Level] = {"leak": "warn", "no leak": "good", "undecided": "note"}


def checks(run: Gathered, cells: Sequence[CellView]) -> tuple[Check, ...]:
    valid = [trial for trial in run.trials if trial.verdict != "INVALID"]
    lines = [
        _complete(run, cells),
        _invalid(run.trials),
        _model(run),
        _arrivals(run, valid),
        _cache(run),
        *_generator(valid),
        *_asserted(run.trials),
        *_memory(run.trials),
        _little(valid),
        _steal(valid),
        _foreign(valid),
        _throttling(valid),
        _quotas(run),
        _memory_limit(run),
        _quota(cells),
        _warmup(valid),
    ]
    lines += [Check("Preflight", finding, "warn") for finding in run.manifest.findings]
    lines += [
        Check("Trials warned", f"{message} ({figures.count(n, 'trial')})", "warn")
        for message, n in run.warnings.most_common()
    ]
    return tuple(line for line in lines if line is not None)


def _complete(run: Gathered, cells: Sequence[CellView]) -> Check:
    planned, done = sum(cell.planned for cell in cells), sum(cell.done for cell in cells)
    if done >= planned:
        return Check("Complete", f"all {figures.count(planned, 'repetition')} planned were run", "good")
    return Check("Complete", f"{done} of {figures.count(planned, 'repetition')} were run", "warn")


def _invalid(trials: Sequence[TrialView]) -> Check:
    spoiled = sum(trial.verdict == "INVALID" for trial in trials)
    if not spoiled:
        return Check("INVALID trials", f"none of {len(trials):,}", "good")
    return Check("INVALID trials", f"{spoiled:,} of {len(trials):,}; none of them counts", "warn")


def _model(run: Gathered) -> Check:
    experiment = run.manifest.experiment
    if users := [f"{level}" for level in experiment.levels if experiment.compares and level]:
        crowd = figures.listing(users)
        return Check("Model", f"closed: {crowd} users, each sending its next request when the last is answered", "note")
    if experiment.traits.counts_answers and not experiment.profile:
        seen = f"closed: {experiment.crowd}, each sending its next request when the last is answered"
        return Check("Model", seen, "note")
    return Check("Model", "open: requests arrive whether or not earlier ones have been answered", "good")


def _arrivals(run: Gathered, trials: Sequence[TrialView]) -> Check | None:
    if trials and all(trial.purpose == "closed" for trial in trials):
        return None
    seen = [trial.dispersion for trial in trials if trial.dispersion is not None]
    if not seen:
        return Check("Arrivals", "no trial was long enough to tell Poisson from even arrivals", "note")
    value = float(np.mean(seen))
    told = f"variance over mean of the arrivals in a second is {value:.2f}"
    evidence = f"{told} (Poisson: 1, even: 0; mean of {len(seen):,} trials)"
    if POISSON[0] <= value <= POISSON[1]:
        return Check("Arrivals", f"Poisson: {evidence}", "good")
    return Check("Arrivals", f"not Poisson: {evidence}; even arrivals flatter a service", "warn")


def _cache(run: Gathered) -> Check | None:
    experiment = run.manifest.experiment
    if has_own(experiment.variants):
        return None  # what an application keeps is its own affair
    warm = experiment.warm and not experiment.renews
    return Check("Cache", "warm at the start of each trial" if warm else "emptied before each trial", "note")


def _generator(trials: Sequence[TrialView]) -> Iterable[Check]:
    passed = [trial for trial in trials if trial.verdict == "PASS" and trial.purpose != "closed"]
    if not passed:
        return
    dropped = sum(trial.dropped for trial in passed)
    yield Check(
        "Load generator",
        f"{dropped:,} iterations dropped in trials that passed; the latest began "
        f"{figures.milliseconds(max(trial.lag_ms for trial in passed))} after it was due",
        "note" if dropped else "good",
    )


def _asserted(trials: Sequence[TrialView]) -> Iterable[Check]:
    """What the workload checked of the answers."""
    counted: dict[str, tuple[int, int]] = {}
    for trial in trials:
        for check in trial.checks:
            passed, failed = counted.get(check.check, (0, 0))
            counted[check.check] = passed + check.passed, failed + check.failed
    for sentence, (passed, failed) in counted.items():
        seen = f"{sentence}: {passed:,} of {passed + failed:,} times"
        yield Check("Checked", seen, "warn" if failed else "good")


def _memory(trials: Sequence[TrialView]) -> Iterable[Check]:
    """What trials long enough to tell show of memory."""
    for trial in trials:
        for replica, growth in enumerate(trial.growths, 1):
            seen = (
                f"{trial.variant}, replica {replica}: {growth.slope:+.2f} MiB a minute ({growth.lower:+.2f} to "
                f"{growth.upper:+.2f}), {growth.verdict}"
            )
            yield Check("Memory", seen, _LEVELS[growth.verdict])


def _little(trials: Sequence[TrialView]) -> Check | None:
    seen = [t.little_ratio for t in trials if t.little_ratio is not None and t.verdict == "PASS"]
    if not seen:
        return None
    middle = float(np.median(seen))
    return Check(
        "Little’s law",
        f"requests in flight over rate × latency: median {middle:.2f}, from {min(seen):.2f} to {max(seen):.2f}"
        " in trials that passed (1 where both tell the same)",
        "good" if LITTLE_NOTE[0] <= middle <= LITTLE_NOTE[1] else "warn",
    )


def middle_and_most(trials: Sequence[TrialView], key: Callable[[TrialView], float]) -> tuple[float, float]:
    """The median and the maximum; 0 of no trials."""
    values = [key(trial) for trial in trials] or [0.0]
    return float(np.median(values)), max(values)


def _steal(trials: Sequence[TrialView]) -> Check:
    middle, most = middle_and_most(trials, lambda trial: trial.steal_share)
    return Check(
        "CPU steal",
        f"median {figures.percent(middle, 1)}, most {figures.percent(most, 1)} of the host’s CPU time",
        "warn" if most > STEAL_NOTE else "good",
    )


def _foreign(trials: Sequence[TrialView]) -> Check:
    middle, most = middle_and_most(trials, lambda trial: trial.foreign_cores)
    return Check(
        "Foreign CPU",
        f"median {middle:.2f}, most {most:.2f} cores used by what is no part of the experiment",
        "warn" if most > FOREIGN_NOTE else "good",
    )


def _throttling(trials: Sequence[TrialView]) -> Check:
    middle, most = middle_and_most(trials, lambda trial: trial.throttled_share)
    seen = f"replicas were held back by their quota {figures.percent(middle)} of the time (median; most "
    return Check("Throttling", f"{seen}{figures.percent(most)})", "note")


def quota_kind(fingerprint: Mapping[str, object]) -> str | None:
    """What enforced the CPU quotas, `none` where nothing did; None where the fingerprint does not say."""
    quota = fingerprint.get("quota")
    kind = quota.get("kind") if isinstance(quota, Mapping) else quota
    return kind if isinstance(kind, str) else None


def kept_limit(fingerprint: Mapping[str, object], variant: str) -> float | None:
    """Cores that one pod of a deployment that ran already may use, by its own limit; None where it has none."""
    applications = fingerprint.get("applications")
    own = applications.get(variant) if isinstance(applications, Mapping) else None
    limit = own.get("cpu_limit") if isinstance(own, Mapping) else None
    return float(limit) if isinstance(limit, int | float) else None


def memory_kind(fingerprint: Mapping[str, object]) -> str | None:
    """The same of a limit of memory."""
    quota = fingerprint.get("quota")
    kind = quota.get("memory") if isinstance(quota, Mapping) else None
    return kind if isinstance(kind, str) else None


def _memory_limit(run: Gathered) -> Check | None:
    limit, kind = run.manifest.experiment.memory_per_replica, memory_kind(run.manifest.fingerprint)
    if limit is None:
        return None
    if kind == "none":
        return Check("Memory limit", "not in force: this host let nobody set one", "warn")
    killed = sum(trial.killed for trial in run.trials)
    if run.trials and not killed and not any(trial.looked_at for trial in run.trials):
        return Check(
            "Memory limit", f"{in_words(limit)} a replica; whether anything was killed was not looked at", "note"
        )
    seen = f"{in_words(limit)} a replica{f', by {kind}' if kind else ''}; "
    if killed:
        return Check("Memory limit", f"{seen}the kernel killed in {figures.count(killed, 'trial')}", "warn")
    return Check("Memory limit", f"{seen}nothing was killed", "good")


def _quotas(run: Gathered) -> Check:
    if not any(variant.runs_here for variant in run.manifest.experiment.variants):
        return Check("CPU quotas", "none of the testbed's: what was measured was running already", "note")
    kind, cores = quota_kind(run.manifest.fingerprint), run.manifest.experiment.cpu_per_replica
    if kind is None:
        return Check("CPU quotas", "the fingerprint does not say whether they were in force", "warn")
    if kind == "none":
        return Check("CPU quotas", "not in force: this host let nobody set one, so replicas shared all cores", "warn")
    return Check("CPU quotas", f"in force by {kind}: {cores:g} cores a replica", "good")


def _quota(cells: Sequence[CellView]) -> Check | None:
    shares = [cell.quota_share for cell in cells if cell.quota_share is not None]
    if not shares:
        return None
    seen = (
        f"rate × CPU per request is {figures.percent(min(shares))} to {figures.percent(max(shares))} of the quota"
        if max(shares) - min(shares) > 0.005
        else f"rate × CPU per request is {figures.percent(shares[0])} of the quota"
    )
    if max(shares) > QUOTA_NOTE:
        return Check("CPU against quota", f"{seen}: more than a quota in force would allow", "warn")
    return Check("CPU against quota", seen, "good")


def _warmup(trials: Sequence[TrialView]) -> Check:
    middle, most = middle_and_most(trials, lambda trial: trial.warmup_cut_s)
    return Check("Warm-up cut", f"median {middle:.3g} s, most {most:.3g} s of each trial", "note")
