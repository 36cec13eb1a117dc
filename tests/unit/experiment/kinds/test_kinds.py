"""Kinds of experiments: each is known wherever kinds are asked for, and has its keys to itself."""

from __future__ import annotations

from typing import get_args

import pytest

from scalebed.experiment.kinds import KINDS, KindName
from scalebed.experiment.spec import Experiment, SpecError, parse_experiment
from scalebed.report.kinds import WORDS
from scalebed.report.sentences.figures import listing

GIVEN: dict[str, object] = {
    "at_least": 5,
    "stages": [{"users": 5, "duration": "90s"}],
    "profile": [{"rate": 5, "duration": "90s"}],
    "autoscaler": {},
    "capacity_per_replica": {"naive": 5},
    "control": True,
    "rate": 5,
    "capacity": ["naive"],
    "share": 0.6,
    "faults": ["replica-killed"],
    "episodes": {},
    "failover": False,
}
PLAIN: dict[str, dict[str, object]] = {
    "capacity": {"variants": ["naive"]},
    "fixed-rate": {"variants": ["naive"], "rates": [5], "duration": "90s"},
    "closed": {"variants": ["naive"], "users": 5, "duration": "90s"},
    "ablation": {
        "ablation": {"base": "naive", "steps": [{"switches": {"indexes": "on"}}]},
        "users": 5,
        "duration": "90s",
    },
    "matrix": {"matrix": {"variants": ["naive", "optimized"]}, "users": 5, "duration": "90s"},
    "hpa": {
        "variants": ["naive"],
        "engine": "kubernetes",
        "autoscaler": {},
        "profile": [{"rate": 5, "duration": "90s"}],
    },
    "fault": {"variants": ["naive"], "rate": 5, "faults": ["replica-killed"]},
    "profile": {"variants": ["naive"], "profile": [{"rate": 5, "to": 50, "duration": "90s"}]},
}


def read(kind: str, **more: object) -> Experiment:
    return parse_experiment({"name": "tried", "kind": kind, **PLAIN[kind], **more}, "tried.yaml")


def test_every_kind_is_one_everywhere() -> None:
    assert set(get_args(KindName)) == set(KINDS) == set(WORDS) == set(PLAIN)
    assert all(kind.name == name for name, kind in KINDS.items())


@pytest.mark.parametrize("kind", PLAIN)
def test_a_plain_one_of_each_is_taken(kind: str) -> None:
    experiment = read(kind)
    assert experiment.traits is KINDS[kind]
    assert WORDS[experiment.kind].method(experiment)


def test_a_value_that_only_looks_like_none_is_refused_as_well() -> None:
    with pytest.raises(SpecError, match=r"failover: belongs to kind fault, not to capacity$"):
        read("capacity", failover=False)


@pytest.mark.parametrize("kind", PLAIN)
@pytest.mark.parametrize("key", GIVEN)
def test_a_key_of_other_kinds_is_refused_by_name(kind: str, key: str) -> None:
    owners = [name for name, each in KINDS.items() if key in each.keys]
    assert owners
    if kind in owners:
        return
    with pytest.raises(SpecError, match=rf"{key}: belongs? to kinds? {listing(owners)}, not to {kind}$"):
        read(kind, **{key: GIVEN[key]})
