"""Scenarios: drawn alike from the same seed, and such that the API server takes them."""

from __future__ import annotations

import pytest

from hparig.drawing import scenario
from hparig.groups import GROUPS, Group
from scalebed.autoscaling.settings import RELEASES, ReleaseName
from scalebed.autoscaling.spec import Spec

_RELEASES: list[ReleaseName] = list(RELEASES)


@pytest.mark.parametrize("release", _RELEASES)
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_every_scenario_is_one_that_the_model_reads(release: ReleaseName, group: Group) -> None:
    zero = group.settings_of(release).scales_to_zero(RELEASES[release])
    for index in range(200):
        drawn = scenario("tests", index, release, group)
        spec = Spec.model_validate(drawn.spec)
        assert zero or spec.min_replicas > 0
        assert drawn == scenario("tests", index, release, group)


def test_another_seed_draws_others() -> None:
    drawn = [scenario(seed, 0, "1.37", GROUPS[0]).spec for seed in "abc"]
    assert drawn[0] != drawn[1] != drawn[2]


def test_every_kind_of_metric_target_and_rule_is_drawn() -> None:
    said = str([scenario("tests", index, "1.37", GROUPS[0]).spec for index in range(200)])
    for word in ("Resource", "ContainerResource", "Pods", "Object", "External", "Utilization", "AverageValue"):
        assert f"'type': '{word}'" in said
    for word in ("'Value'", "'Percent'", "'Min'", "'Disabled'", "tolerance", "stabilizationWindowSeconds", "memory"):
        assert word in said
    without = [scenario("tests", index, "1.37", GROUPS[0]) for index in range(200)]
    assert any("behavior" not in each.spec for each in without)
    assert any(each.spec["minReplicas"] == 0 for each in without)


def test_shares_of_groups_come_to_all() -> None:
    assert sum(group.share for group in GROUPS) == pytest.approx(1)


def test_flags_say_what_settings_do() -> None:
    group = next(group for group in GROUPS if group.name == "short")
    assert "--horizontal-pod-autoscaler-downscale-stabilization=8.0s" in group.flags()
    assert "--horizontal-pod-autoscaler-sync-period=2.3s" in group.flags()
    gates = next(group for group in GROUPS if group.name == "gates")
    assert gates.settings_of("1.34").scale_to_zero is True
    assert gates.settings_of("1.37").scale_to_zero is False
    assert gates.settings_of("1.37").configurable_tolerance is None
