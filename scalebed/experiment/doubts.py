"""What an experiment file says that is possible and cannot be meant, each as the rest of a sentence.

Asked where a file is read. A run directory may hold what an earlier version took.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from scalebed.statistics import sample_size

if TYPE_CHECKING:
    from scalebed.experiment.spec import Experiment

_Item = TypeVar("_Item", bound=Hashable)
_MANY_ERRORS = 0.5
"""No service meets an SLO that lets half of its requests fail; it is half a percent that is written so."""


def doubts(experiment: Experiment) -> Iterator[str]:
    """Every one."""
    return chain(_units(experiment), _twice(experiment), _unused(experiment), _too_few(experiment))


def _units(experiment: Experiment) -> Iterator[str]:
    """Shares where percent are meant, and percent where shares are."""
    slo = experiment.slo
    if slo.percentile <= 1:
        meant = f"; write {_number(slo.percentile * 100)}" if slo.percentile < 1 else ""
        yield f"slo.percentile: is in percent, and {slo.percentile:g} is no percentile that limits anything{meant}"
    if slo.error_rate >= _MANY_ERRORS:
        yield (
            f"slo.error_rate: is a share, and {slo.error_rate:g} lets {slo.error_rate:.0%} of all requests fail; "
            f"write {_number(slo.error_rate / 100)} for {slo.error_rate:g}%"
        )
    if experiment.autoscaler is None:
        return
    percent = experiment.autoscaler.cpu_percent
    if percent <= 1:
        yield (
            f"autoscaler.cpu_percent: is in percent of a replica's request, and {percent:g} would be next to none; "
            f"write {_number(percent * 100)}"
        )
    elif percent != round(percent):
        yield (
            f"autoscaler.cpu_percent: Kubernetes knows whole percent only, not {percent:g}; "
            f"write {math.floor(percent)} or {math.ceil(percent)}"
        )
    for direction, share in experiment.autoscaler.tolerances.items():
        if share >= 1:
            yield (
                f"autoscaler.behavior.{direction}.tolerance: is a share, and {share:g} is {share:.0%}; "
                f"write {_number(share / 100)} for {share:g}%"
            )


def _twice(experiment: Experiment) -> Iterator[str]:
    for rate in _repeated(experiment.rates):
        yield f"rates: {rate:g} is named twice; each rate is one trial in each block, so blocks say how often"
    for name in _repeated(experiment.capacity):
        yield f"capacity: {name} is named twice"
    pairs = experiment.ablation.pairs if experiment.ablation else ()
    for pair in _repeated(tuple(sorted(pair)) for pair in pairs):
        yield f"ablation.pairs: {' and '.join(pair)} are named twice"


def _unused(experiment: Experiment) -> Iterator[str]:
    """What has no effect on the kind, or on anything that is measured."""
    adopts = any(variant.scales and not variant.runs_here for variant in experiment.variants)
    if adopts and "cpu_per_replica" in experiment.model_fields_set:
        yield "cpu_per_replica: a deployment keeps the limits that it has; leave it out"
    kind, around = experiment.kind, experiment.search.around
    if experiment.rates and kind != "fixed-rate":
        yield f"rates: belong to kind fixed-rate, not to {kind}"
    for key in ("users", "duration"):
        if getattr(experiment, key) is not None and kind == "capacity":
            yield f"{key}: kind capacity seeks rates, each for as long as it takes; leave it out, or name another kind"
    if experiment.users is not None and kind == "fixed-rate":
        yield "users: belong to kinds closed, ablation and matrix, not to fixed-rate"
    if experiment.capacity_per_replica and experiment.stages:
        yield "capacity_per_replica: belongs to a profile of rates, not to stages of users"
    if around and kind != "capacity":
        yield f"search.around: belongs to kind capacity, not to {kind}"
    known = experiment.cell_ids
    for name in around:
        if name not in known:
            yield f"search.around: {name} is no cell; they are {', '.join(known)}"


def _too_few(experiment: Experiment) -> Iterator[str]:
    """Requests, in trials whose number of them is known beforehand."""
    slo, asked = experiment.slo, experiment.search.min_requests
    least = sample_size.fewest(slo.percentile, slo.error_rate, asked)
    sure = sample_size.needed(slo.percentile, slo.error_rate)
    judged = f"p{slo.percentile:g} and an error rate of {_number(slo.error_rate * 100)}%"
    if asked < least:
        yield (
            f"search.min_requests: {asked:,} are too few to judge {judged} by; "
            f"name {least:,} or more, or leave it out for {max(sure, sample_size.USUAL):,}"
        )
        return
    bare = sample_size.fewest(slo.percentile, slo.error_rate, 0)
    wanted = bare if experiment.traits.loads_alike else sure if asked >= sure else least
    more = f", or name fewer in search.min_requests, {bare:,} at the least" if wanted > bare else ""
    for requests, said in _foreseen(experiment):
        if requests < wanted:
            longer = math.ceil((experiment.duration or 0) * wanted / requests)
            how = "let them last" if experiment.traits.disrupts else "give"
            yield (
                f"{said} come to {requests:,.0f} requests, and it takes {wanted:,} to judge {judged} by; "
                f"{how} {longer} s or more{more}"
            )


def _foreseen(experiment: Experiment) -> Iterator[tuple[float, str]]:
    """Requests of each trial at a known rate, and what they come of."""
    if experiment.profile:
        yield sum(level.mean * level.duration for level in experiment.profile), "profile: all levels together"
        return
    rates = experiment.rates or (() if experiment.rate is None else (experiment.rate,))
    if experiment.share is not None:
        given = (experiment.rate_given(v.name, n) for v in experiment.variants for n in experiment.replicas)
        rates = tuple(sorted({rate for rate in given if rate is not None}))
    duration = experiment.duration or 0.0
    for rate in rates:
        key = "episodes" if experiment.traits.disrupts else "duration"
        yield rate * duration, f"{key}: {duration:g} s at {rate:g}/s"


def _repeated(items: Iterable[_Item]) -> list[_Item]:
    return [item for item, count in Counter(items).items() if count > 1]


def _number(value: float) -> str:
    """Without the rounding error of a multiplication by 100."""
    return f"{value:.10g}"
