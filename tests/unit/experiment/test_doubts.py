"""What is possible and cannot be meant: one sentence, with what probably was."""

from __future__ import annotations

import pytest

from scalebed.experiment.shipped import shipped_experiments
from scalebed.experiment.spec import Experiment, SpecError, load_experiment, parse_experiment

HPA: dict[str, object] = {
    "kind": "hpa", "engine": "kubernetes", "profile": [{"rate": 40, "duration": "60s"}], "autoscaler": {},
}  # fmt: skip
FIXED: dict[str, object] = {"kind": "fixed-rate", "rates": [50], "duration": "60s"}


def parse(**keys: object) -> Experiment:
    return parse_experiment({"name": "tried", "variants": ["naive"], **keys}, "tried.yaml")


def refusal(**keys: object) -> str:
    with pytest.raises(SpecError) as caught:
        parse(**keys)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix("tried.yaml: ")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {"slo": {"percentile": 0.95}},
            "slo.percentile: is in percent, and 0.95 is no percentile that limits anything; write 95",
        ),
        (
            {"slo": {"percentile": 0.999}},
            "slo.percentile: is in percent, and 0.999 is no percentile that limits anything; write 99.9",
        ),
        ({"slo": {"percentile": 1}}, "slo.percentile: is in percent, and 1 is no percentile that limits anything"),
        (
            {"slo": {"error_rate": 0.5}},
            "slo.error_rate: is a share, and 0.5 lets 50% of all requests fail; write 0.005 for 0.5%",
        ),
        ({"slo": {"error_rate": 1}}, "slo.error_rate: must be less than 1, not 1; it is a share: write 0.01 for 1%"),
        (
            {"search": {"precision": 5}},
            "search.precision: must be less than or equal to 0.5, not 5; it is a share: write 0.05 for 5%",
        ),
        (
            {"search": {"shares": [70, 80]}},
            "search.shares.0: must be less than or equal to 10, not 70; it is a share: write 0.7 for 70%",
        ),
        (
            {**HPA, "autoscaler": {"cpu_percent": 0.6}},
            "autoscaler.cpu_percent: is in percent of a replica's request, and 0.6 would be next to none; write 60",
        ),
        (
            {**HPA, "autoscaler": {"cpu_percent": 62.5}},
            "autoscaler.cpu_percent: Kubernetes knows whole percent only, not 62.5; write 62 or 63",
        ),
        (
            {**HPA, "autoscaler": {"behavior": {"scaleDown": {"tolerance": 5}}}},
            "autoscaler.behavior.scaleDown.tolerance: is a share, and 5 is 500%; write 0.05 for 5%",
        ),
    ],
)
def test_a_share_and_percent_are_not_taken_for_each_other(keys: dict[str, object], sentence: str) -> None:
    assert refusal(**keys) == sentence


def test_whole_percent_reach_the_autoscaler_whole() -> None:
    scaled = parse(**HPA | {"autoscaler": {"cpu_percent": 62}}).autoscaler
    assert scaled is not None
    assert scaled.values()["cpuPercent"] == 62


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {**FIXED, "rates": [5, 10, 5.0], "duration": "10m"},
            "rates: 5 is named twice; each rate is one trial in each block, so blocks say how often",
        ),
        (
            {
                "kind": "matrix", "matrix": {"variants": ["a", "b"]}, "variants": [], "rate": 50, "duration": "20s",
                "capacity": ["a", "a"],
            },
            "capacity: a is named twice",
        ),
        (
            {
                "kind": "ablation", "variants": [], "rate": 50, "duration": "20s",
                "ablation": {
                    "base": "optimized", "mode": "alone", "pairs": [["one", "other"], ["other", "one"]],
                    "steps": [
                        {"name": "one", "switches": {"cache": "off"}}, {"name": "other", "switches": {"pool": "off"}},
                    ],
                },
            },
            "ablation.pairs: one and other are named twice",
        ),
    ],
)  # fmt: skip
def test_what_is_named_twice_is_refused(keys: dict[str, object], sentence: str) -> None:
    keys = {key: value for key, value in keys.items() if value != []}
    whole = {
        "name": "tried",
        **({} if "variants" in keys or "matrix" in keys or "ablation" in keys else {"variants": ["naive"]}),
    }
    with pytest.raises(SpecError) as caught:
        parse_experiment({**whole, **keys}, "tried.yaml")
    assert str(caught.value) == f"tried.yaml: {sentence}"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {"replicas": [1, 2], "search": {"around": {"navie-x1": 5}}},
            "search.around: navie-x1 is no cell; they are naive-x1, naive-x2",
        ),
        (
            {**FIXED, "search": {"around": {"naive-x1": 5}}},
            "search.around: belongs to kind capacity, not to fixed-rate",
        ),
        ({"rates": [5]}, "rates: belong to kind fixed-rate, not to capacity"),
        (
            {"users": 5},
            "users: kind capacity seeks rates, each for as long as it takes; leave it out, or name another kind",
        ),
        (
            {"duration": "5s"},
            "duration: kind capacity seeks rates, each for as long as it takes; leave it out, or name another kind",
        ),
        ({**FIXED, "users": 5}, "users: belong to kinds closed, ablation and matrix, not to fixed-rate"),
        (
            {
                **HPA, "profile": [], "stages": [{"users": 5, "duration": "60s"}], "capacity_per_replica": {"naive": 3},
            },
            "capacity_per_replica: belongs to a profile of rates, not to stages of users",
        ),
        (
            {**HPA, "autoscaler": {"behavior": {"scaleUp": {"stabilisationWindowSeconds": 0}}}},
            ("autoscaler.behavior.scaleUp.stabilisationWindowSeconds: is not a key here; the keys are policies, "
            "selectPolicy, stabilizationWindowSeconds, tolerance"),
        ),
        (
            {**HPA, "autoscaler": {"behavior": {"scaleUp": {"policies": [{"type": "Pod", "value": 1}]}}}},
            "autoscaler.behavior.scaleUp.policies.0.type: must be 'Pods' or 'Percent', not 'Pod'",
        ),
    ],
)  # fmt: skip
def test_what_would_have_no_effect_is_refused(keys: dict[str, object], sentence: str) -> None:
    assert refusal(**keys) == sentence


def test_requests_that_a_trial_must_count_follow_from_the_slo() -> None:
    assert parse().search.min_requests == 300
    assert parse(slo={"percentile": 99}).search.min_requests == 300
    assert parse(slo={"percentile": 99.9}).search.min_requests == 2995
    assert parse(slo={"error_rate": 0.001}).search.min_requests == 2995
    assert parse(slo={"error_rate": 0}).search.min_requests == 300
    assert parse(slo={"percentile": 99.9}, search={"min_requests": 1000}).search.min_requests == 1000


MATRIX: dict[str, object] = {"name": "tried", "kind": "matrix", "matrix": {"variants": ["a", "b"]}}


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {"slo": {"percentile": 99.9}, "search": {"min_requests": 300}},
            (
                "search.min_requests: 300 are too few to judge p99.9 and an error rate of 1% by; "
                "name 916 or more, or leave it out for 2,995"
            ),
        ),
        (
            {"slo": {"error_rate": 0.001}, "search": {"min_requests": 300}},
            (
                "search.min_requests: 300 are too few to judge p95 and an error rate of 0.1% by; "
                "name 916 or more, or leave it out for 2,995"
            ),
        ),
        (
            {**FIXED, "slo": {"percentile": 99.9}, "rates": [100, 5]},
            (
                "duration: 60 s at 5/s come to 300 requests, and it takes 2,995 to judge p99.9 and an error rate of 1% "
                "by; give 599 s or more, or name fewer in search.min_requests, 916 at the least"
            ),
        ),
        (
            {**FIXED, "rates": [2], "duration": "15s"},
            (
                "duration: 15 s at 2/s come to 30 requests, and it takes 299 to judge p95 and an error rate of 1% by; "
                "give 150 s or more, or name fewer in search.min_requests, 18 at the least"
            ),
        ),
        (
            {**HPA, "slo": {"percentile": 99.9}},
            (
                "profile: all levels together come to 2,400 requests, and it takes 2,995 to judge p99.9 and an "
                "error rate of 1% by; give 75 s or more, or name fewer in search.min_requests, 916 at the least"
            ),
        ),
    ],
)
def test_a_trial_too_short_for_its_slo_is_refused(keys: dict[str, object], sentence: str) -> None:
    assert refusal(**keys) == sentence


def test_a_comparison_at_a_rate_is_judged_at_its_full_length() -> None:
    keys = {**MATRIX, "rate": 5, "duration": "20s"}
    parse_experiment(keys, "tried.yaml")
    with pytest.raises(SpecError, match=r"20 s at 5/s come to 100 requests, and it takes 916 to judge p99\.9"):
        parse_experiment({**keys, "slo": {"percentile": 99.9}}, "tried.yaml")


def test_a_run_directory_keeps_what_an_earlier_version_took() -> None:
    old = {"name": "old", "variants": ["naive"], "search": {"around": {"gone-x1": 5}}, "rates": [5, 5], "users": 3,
           "slo": {"percentile": 0.95, "error_rate": 0.5}}  # fmt: skip
    assert Experiment.model_validate(old).search.min_requests == 300


@pytest.mark.parametrize("path", list(shipped_experiments().values()), ids=lambda path: path.stem)
def test_a_shipped_experiment_is_as_it_is_written(path: object) -> None:
    spec = load_experiment(path)  # type: ignore[arg-type]
    assert Experiment.model_validate_json(spec.model_dump_json()) == spec
    assert spec.search.min_requests <= 300
