"""`fault`: what it cost when a part failed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scalebed.experiment.faults import CLIENT_PATIENCE_S, STEADY_S, Episodes
from scalebed.experiment.spec import Experiment
from scalebed.report.findings.outages import FaultView
from scalebed.report.findings.views import Analysis
from scalebed.report.kinds.words import Words
from scalebed.report.sentences import figures
from scalebed.statistics.intervals import Interval, most_share

DIGITS = 2
"""Significant ones that means of seconds and of requests are told with."""


class FaultWords(Words):
    title = "faults"
    rate_name = "Rate"

    def rate_meaning(self, experiment: Experiment) -> str:
        return "without a fault"

    def method(self, experiment: Experiment) -> str:
        episodes = experiment.episodes or Episodes()
        times = "once" if episodes.times == 1 else f"{episodes.times} times, {episodes.every:g} s apart"
        given_up = (
            f" A client gives up after {CLIENT_PATIENCE_S:g} s, and its request has failed."
            if experiment.load is None
            else ""
        )
        strict = (
            " The balancer sent every request to one replica alone."
            if experiment.failover is False
            else " The balancer sends a request that a replica did not take to another, and nothing twice that is not "
            "idempotent."
        )
        linked = any(fault.nature.linked for fault in experiment.faults)
        proxy = (
            " In every cell, a proxy (Toxiproxy) stands between the service and its database and cache, by which "
            "connections are made slow."
            if linked
            else ""
        )
        return (
            f"In each, a cell is one fault of one variant, or none: after {episodes.first:g} s of the load it happens "
            f"{times}. All cells of a block get the same requests at the same moments.{given_up} An episode lasts from "
            "the second in which the fault begins until the next would; requests count in the second in which they are "
            f"over. The SLO is met again where {STEADY_S:g} seconds on end meet it, or the last few of an episode; a "
            "second is a small sample, so a few are out of it by chance, as the cells without a fault "
            f"show.{strict}{proxy}"
        )

    def headline(self, analysis: Analysis) -> str:
        if not analysis.faults:
            return "Nothing has been measured yet."
        by_variant = [
            [view for view in analysis.faults if view.variant == variant and view.fault is not None]
            for variant in analysis.variants
        ]
        measured = [views for views in by_variant if views]
        if not measured:
            return "No fault has been measured yet."
        several = len(analysis.replicas) > 1
        alike = "" if several else _alike([_costliest(views) for views in measured])
        return alike or f"{'; '.join(_worst(views, several=several) for views in measured)}."

    def details(self, analysis: Analysis) -> tuple[str, ...]:
        return (_controls(analysis), _borne(analysis), _never(analysis), *_ledgers(analysis))


def _costliest(views: Iterable[FaultView]) -> FaultView:
    """The fault that put a variant out of the SLO for longest."""
    return max(views, key=lambda view: (view.out_s.estimate if view.out_s else 0.0, view.failures))


def _alike(worst: Sequence[FaultView]) -> str:
    """Where the costliest of several variants is one fault; empty where it is not."""
    out = [(view, view.out_s) for view in worst if view.out_s is not None and view.out_s.estimate]
    if len(worst) < 2 or len(out) < len(worst) or len({view.name for view in worst}) > 1:
        return ""
    told = figures.listing([f"{view.variant} for {seconds(out_s)}" for view, out_s in out])
    return f"{worst[0].name} puts each out of the SLO for longest in an episode: {told}."


def _worst(views: Sequence[FaultView], *, several: bool) -> str:
    """What the costliest fault of a variant cost it."""
    worst = _costliest(views)
    variant = worst.variant
    if worst.out_s is None or worst.failed is None or not worst.out_s.estimate:
        many = f"none of {figures.count(len(views), 'fault')}" if len(views) > 1 else views[0].name
        return f"{variant} is put out of the SLO by {many}" if len(views) > 1 else f"{variant} bears {many}"
    at = f" at {figures.count(worst.replicas, 'replica')}" if several else ""
    costliest = "is out of the SLO for longest" if len(views) > 1 else "is out of the SLO"
    again = "" if worst.back_s is None or worst.never else f", and meets it again after {seconds(worst.back_s)}"
    failed = figures.interval(worst.failed, DIGITS)
    of = f"{worst.requests / worst.outages:,.0f}"
    return (
        f"{variant}{at} {costliest} under {worst.name}: {seconds(worst.out_s)} an episode, in which {failed} of {of} "
        f"requests fail{again}"
    )


def seconds(interval: Interval) -> str:
    """`3.4 s (2.9–4.0)`."""
    return figures.interval(interval, DIGITS, " s")


def _controls(analysis: Analysis) -> str:
    """What is out of the SLO by chance."""
    told = [
        f"{view.variant}{_at(analysis, view)} {seconds(view.out_s)}"
        for view in analysis.faults
        if view.fault is None and view.out_s is not None
    ]
    return f"Without a fault, in as long a time: {figures.listing(told)} out of the SLO." if told else ""


def _borne(analysis: Analysis) -> str:
    """Faults under which not one request failed."""
    told = []
    for variant in analysis.variants:
        own = [v for v in analysis.faults if v.variant == variant and v.fault is not None and v.requests]
        borne = [view for view in own if not view.failures]
        if borne:
            least = f"{min(view.requests for view in borne):,}{' or more' if len(borne) > 1 else ''}"
            names = figures.listing([f"{v.name}{_at(analysis, v)}" for v in borne])
            bound = figures.bound(max(view.failed_at_most for view in borne))
            told.append(f"{variant} failed no request under {names} (0 of {least}: at most {bound})")
    return f"{'; '.join(told)}." if told else ""


def _never(analysis: Analysis) -> str:
    told = [
        f"{view.variant} under {view.name}{_at(analysis, view)} ({view.never} of {view.outages})"
        for view in analysis.faults
        if view.never and view.fault is not None
    ]
    return f"The SLO was not met again before the next episode: {figures.listing(told)}." if told else ""


def _ledgers(analysis: Analysis) -> tuple[str, ...]:
    """What became of acknowledged writes, over all faults of a variant."""
    told = []
    for variant in analysis.variants:
        kept = [view.ledger for view in analysis.faults if view.variant == variant and view.ledger is not None]
        written, lost = sum(each.written for each in kept), sum(each.lost for each in kept)
        if not kept:
            continue
        doubled, stale = sum(each.doubled for each in kept), sum(each.stale for each in kept)
        if not (written or doubled or stale):
            text = f"{variant}: no acknowledged write was looked for afterwards"
        elif lost or doubled or stale:
            text = (
                f"{variant} lost {lost:,} of {written:,} acknowledged writes, made {doubled:,} twice, and answered "
                f"{stale:,} reads staler than declared"
            )
        else:
            bound = figures.bound(most_share(lost, written))
            reads = sum(each.read for each in kept)
            text = (
                f"{variant} lost none of {written:,} acknowledged writes (at most {bound}), made none twice, and "
                f"answered none of {reads:,} reads staler than declared"
            )
        unknown = sum(each.took_effect + each.no_effect for each in kept)
        if unknown:
            done = sum(each.took_effect for each in kept)
            text += f"; of {unknown:,} writes whose client was told nothing, {done:,} had taken effect"
        if unread := sum(each.unread for each in kept):
            text += f"; {unread:,} could not be read afterwards"
        told.append(f"{text}.")
    return tuple(told)


def _at(analysis: Analysis, view: FaultView) -> str:
    return f" at {figures.count(view.replicas, 'replica')}" if len(analysis.replicas) > 1 else ""
