"""How fast replicas may change: by policies over periods, or without `behavior` by one rule.

kubernetes 1.34.4 and 1.37.2, pkg/controller/podautoscaler/horizontal.go, convertDesiredReplicasWithBehaviorRate,
convertDesiredReplicasWithRules and storeScaleEvent.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from scalebed.autoscaling.integers import MAX_INT32, MIN_INT32, ceil32
from scalebed.autoscaling.spec import Behavior, Policy, Rules


@dataclass(frozen=True)
class Limited:
    """What limits leave of a recommendation, and the reason of the condition ScalingLimited."""

    replicas: int
    reason: str


WITHIN = "DesiredWithinRange"


def plain(current: int, wanted: int, least: int, most: int) -> Limited:
    """Without `behavior`: up to four, or the double, at every sync, however short its period; down at will."""
    fastest = max(2 * current, 4)
    if wanted < least:
        return Limited(least, "TooFewReplicas")
    if wanted > min(most, fastest):
        return Limited(min(most, fastest), "ScaleUpLimit" if most > fastest else "TooManyReplicas")
    return Limited(wanted, WITHIN)


@dataclass
class _Change:
    replicas: int
    at_s: float
    outdated: bool = False


@dataclass
class Changes:
    """What was added and removed lately, as far as policies look back."""

    added: list[_Change] = field(default_factory=list)
    removed: list[_Change] = field(default_factory=list)

    def remember(self, before: int, after: int, at_s: float, behavior: Behavior | None) -> None:
        """A change that took place; without `behavior` none is kept."""
        if behavior is None:
            return
        up = after > before
        _keep(
            self.added if up else self.removed,
            abs(after - before),
            at_s,
            behavior.scale_up if up else behavior.scale_down,
        )

    def limited(self, current: int, wanted: int, bounds: tuple[int, int], behavior: Behavior, at_s: float) -> Limited:
        """`bounds` are the least and the most replicas; only that in the way of the change is looked at."""
        least, most = bounds
        if wanted > current:
            fastest = max(self._up(current, behavior.scale_up, at_s), current)
            if wanted > min(most, fastest):
                return Limited(min(most, fastest), "ScaleUpLimit" if most > fastest else "TooManyReplicas")
        if wanted < current:
            fastest = min(self._down(current, behavior.scale_down, at_s), current)
            if wanted < max(least, fastest):
                return Limited(max(least, fastest), "ScaleDownLimit" if least < fastest else "TooFewReplicas")
        return Limited(wanted, WITHIN)

    def _up(self, current: int, rules: Rules, at_s: float) -> int:
        if rules.select_policy == "Disabled":
            return current
        proposed = [_more(self._begun(current, policy, at_s), policy) for policy in rules.policies]
        return min([MAX_INT32, *proposed]) if rules.select_policy == "Min" else max([MIN_INT32, *proposed])

    def _down(self, current: int, rules: Rules, at_s: float) -> int:
        if rules.select_policy == "Disabled":
            return current
        proposed = [_less(self._begun(current, policy, at_s), policy) for policy in rules.policies]
        # The policy that changes most is the one that leaves least.
        return max([MIN_INT32, *proposed]) if rules.select_policy == "Min" else min([MAX_INT32, *proposed])

    def _begun(self, current: int, policy: Policy, at_s: float) -> int:
        """Replicas at the beginning of the policy's period."""
        since_s = at_s - policy.period_seconds
        return current - _within(self.added, since_s) + _within(self.removed, since_s)


def _more(begun: int, policy: Policy) -> int:
    # In floats: 10 % more than 50 come to 55.00000000000001, and so to 56.
    return begun + policy.value if policy.type == "Pods" else ceil32(begun * (1 + policy.value / 100))


def _less(begun: int, policy: Policy) -> int:
    return begun - policy.value if policy.type == "Pods" else math.trunc(begun * (1 - policy.value / 100))


def _within(changes: Sequence[_Change], since_s: float) -> int:
    return sum(change.replicas for change in changes if change.at_s > since_s)


def _keep(changes: list[_Change], replicas: int, at_s: float, rules: Rules) -> None:
    """One beyond the longest period of its own direction gives its place away, though the other direction's policies
    may look back further."""
    longest = max((policy.period_seconds for policy in rules.policies), default=0)
    for change in changes:
        change.outdated = change.outdated or change.at_s < at_s - longest
    outdated = [index for index, change in enumerate(changes) if change.outdated]
    newest = _Change(replicas, at_s)
    if outdated:
        changes[outdated[-1]] = newest
    else:
        changes.append(newest)
