"""What an ablation and a matrix come to, and the sentence for what they cannot."""

from __future__ import annotations

import json

import jsonschema
import pytest

from scalebed.experiment.json_schema import experiment_schema
from scalebed.experiment.plan import cells
from scalebed.experiment.spec import Experiment, SpecError, parse_experiment

LADDER = {
    "base": "naive",
    "steps": [
        {"switches": {"pool": "on"}},
        {"name": "bare", "service": "optimized", "switches": {"cache": "off", "workers": 2}},
        {"switches": {"cache": "bytes"}},
        {"name": "direct", "pooler": "off"},
    ],
}
ALONE = {
    "base": {"name": "all", "service": "optimized"},
    "mode": "alone",
    "steps": [{"switches": {"cache": "off"}}, {"switches": {"json": "stdlib"}}, {"pooler": "session"}],
    "pairs": [["cache-off", "stdlib"]],
}


NAMES_ALONE = ("all", "cache-off", "stdlib", "session", "cache-off-and-stdlib")


def ablation(made: object, **keys: object) -> Experiment:
    whole = {"name": "tried", "kind": "ablation", "rate": 3, "duration": "20s", "ablation": made, **keys}
    return parse_experiment(whole, "tried.yaml")


def matrix(made: object, **keys: object) -> Experiment:
    return parse_experiment(
        {"name": "tried", "kind": "matrix", "duration": "20s", "matrix": made, **keys}, "tried.yaml"
    )


def made(spec: Experiment) -> list[tuple[str, str, dict[str, str], str]]:
    return [(v.name, v.service, dict(v.switches), v.pooler.mode) for v in spec.variants]


def test_a_ladder_keeps_what_the_rungs_before_it_changed() -> None:
    assert made(ablation(LADDER)) == [
        ("naive", "naive", {}, "transaction"),
        ("pool-on", "naive", {"pool": "on"}, "transaction"),
        ("bare", "optimized", {"cache": "off", "workers": "2"}, "transaction"),
        ("bytes", "optimized", {"cache": "bytes", "workers": "2"}, "transaction"),
        ("direct", "optimized", {"cache": "bytes", "workers": "2"}, "off"),
    ]


def test_alone_each_step_changes_the_base_and_pairs_change_it_twice() -> None:
    assert made(ablation(ALONE)) == [
        ("all", "optimized", {}, "transaction"),
        ("cache-off", "optimized", {"cache": "off"}, "transaction"),
        ("stdlib", "optimized", {"json": "stdlib"}, "transaction"),
        ("session", "optimized", {}, "session"),
        ("cache-off-and-stdlib", "optimized", {"cache": "off", "json": "stdlib"}, "transaction"),
    ]


def test_the_control_is_the_baseline_once_more_and_last() -> None:
    spec = ablation(LADDER, control=True)
    assert spec.variants[-1].name == "naive-again"
    assert spec.variants[-1].model_copy(update={"name": "naive"}) == spec.variants[0]


def test_a_matrix_crosses_its_factors() -> None:
    base = {"name": "optimized", "switches": {"cache": "off"}, "pooler": {"size": 60}}
    spec = matrix({"base": base, "factors": {"pool_size": [5, 10], "pooler.mode": ["transaction", False]}}, rate=3)
    assert made(spec) == [
        ("pool-size-5-transaction", "optimized", {"cache": "off", "pool_size": "5"}, "transaction"),
        ("pool-size-5-pooler-off", "optimized", {"cache": "off", "pool_size": "5"}, "off"),
        ("pool-size-10-transaction", "optimized", {"cache": "off", "pool_size": "10"}, "transaction"),
        ("pool-size-10-pooler-off", "optimized", {"cache": "off", "pool_size": "10"}, "off"),
    ]
    assert [v.pooler.size for v in spec.variants] == [60, None, 60, None]


def test_without_a_pooler_all_its_sizes_are_one() -> None:
    factors = {"pooler.mode": ["transaction", "off"], "pooler.size": [5, 10]}
    assert [(v.name, v.pooler.size) for v in matrix({"base": "naive", "factors": factors}, rate=3).variants] == [
        ("transaction-pooler-size-5", 5), ("transaction-pooler-size-10", 10), ("pooler-off", None),
    ]  # fmt: skip


def test_names_that_would_be_alike_are_said_in_full() -> None:
    spec = matrix({"base": "x", "factors": {"a": ["this", "that"], "b": ["this", "that"]}}, rate=3)
    assert [v.name for v in spec.variants][:2] == ["this-this", "this-that"]
    spec = matrix({"base": "x", "factors": {"json": ["on", "json-on"]}}, rate=3)
    assert [v.name for v in spec.variants] == ["json-on", "json-json-on"]


def test_users_multiply_the_cells_and_not_the_variants() -> None:
    spec = matrix({"variants": ["naive", "optimized"], "factors": {"users": [2, 50]}}, control=True)
    assert spec.levels == (2, 50)
    assert [cell.id for cell in cells(spec)] == [
        "naive-x1-u2", "naive-x1-u50", "optimized-x1-u2", "optimized-x1-u50", "naive-again-x1-u2", "naive-again-x1-u50",
    ]  # fmt: skip


def test_a_share_gives_each_cell_its_own_rate_and_the_control_that_of_the_base() -> None:
    spec = matrix(
        {"variants": ["naive", "optimized"]},
        share=0.5, capacity_per_replica={"naive": 10, "optimized": 90}, replicas=[1, 2], control=True,
    )  # fmt: skip
    assert [cell.rate for cell in cells(spec)] == [5, 10, 45, 90, 5, 10]


def test_one_number_of_users_can_take_the_place_of_a_rate() -> None:
    spec = matrix({"variants": ["naive", "optimized"]}, users=5)
    assert [cell.id for cell in cells(spec)] == ["naive-x1-u5", "optimized-x1-u5"]


@pytest.mark.parametrize(
    "spec",
    [
        ablation(LADDER, control=True, capacity=["bare"]),
        ablation(ALONE),
        matrix({"base": "naive", "factors": {"pooler.mode": ["session", False]}}, rate=2),
        matrix({"variants": ["naive"], "factors": {"users": [2, 3]}}),
    ],
    ids=["ladder", "alone", "crossed", "listed"],
)
def test_it_survives_its_own_json(spec: Experiment) -> None:
    assert Experiment.model_validate_json(spec.model_dump_json()) == spec


def capacity(**of: float) -> dict[str, object]:
    return {"capacity_per_replica": of}


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({}, "ablation: is missing"),
        (
            {"ablation": ALONE, "rate": 3, "duet": True, "engine": "kubernetes"},
            "duet: needs engine local; in a cluster leave it out, or say --set duet=false",
        ),
        ({"ablation": ALONE}, "rate, share and users: kind ablation needs one of the three"),
        ({"ablation": ALONE, "rate": 3, "users": 3}, "rate, share and users: kind ablation needs one of the three"),
        (
            {"ablation": ALONE, "rate": 3, "share": 0.5},
            "rate, share and users: kind ablation needs one of the three",
        ),
        (
            {"ablation": {"base": "naive", "steps": [{"service": "optimized"}]}, "share": 0.5, **capacity(naive=9)},
            "capacity_per_replica: share needs that of optimized, in requests a second",
        ),
        (
            {"ablation": ALONE, "share": 0.5, **capacity(nobody=9)},
            f"capacity_per_replica: nobody is no variant; they are {', '.join(NAMES_ALONE)}",
        ),
        (
            {"ablation": ALONE, "rate": 3, **capacity(all=9)},
            "capacity_per_replica: belongs to share; leave it out, or give share in the place of rate",
        ),
        (
            {
                "ablation": {"base": "naive", "steps": [{"service": "optimized"}]},
                "share": 0.5,
                "duet": True,
                **capacity(naive=9, optimized=90),
            },
            "duet: gives both sides the same requests, and by share each has a rate of its own; give rate",
        ),
        ({"ablation": ALONE, "rate": 3, "rates": [3]}, "rates: kind ablation compares at one; give rate"),
        ({"ablation": ALONE, "rate": 3, "variants": ["naive"]}, "variants: kind ablation makes them; leave them out"),
        (
            {"ablation": ALONE, "rate": 3, "matrix": {"variants": ["naive"]}},
            "ablation: kind ablation needs this key, and only this",
        ),
        (
            {"ablation": LADDER, "rate": 3, "capacity": ["all"]},
            "capacity: all is no variant; they are naive, pool-on, bare, bytes, direct",
        ),
        (
            {"ablation": {**ALONE, "mode": "ladder"}, "rate": 3},
            "ablation: pairs: belong to mode alone, where each of the two is measured on its own as well",
        ),
        (
            {"ablation": {**ALONE, "pairs": [["stdlib", "orjson"]]}, "rate": 3},
            "ablation: pairs: orjson is no step; the steps are cache-off, stdlib, session",
        ),
        (
            {"ablation": {**ALONE, "pairs": [["stdlib", "stdlib"]]}, "rate": 3},
            "ablation: pairs: stdlib and stdlib change the same thing, so there is no both",
        ),
        (
            {"ablation": {"base": "naive", "steps": [{"name": "idle"}]}, "rate": 3},
            "ablation.steps.0: changes nothing; name switches, a pooler or a service",
        ),
        (
            {"ablation": {"base": "naive", "steps": [{"switch": {"pool": "on"}}]}, "rate": 3},
            "ablation.steps.0.switch: is not a key here; the keys are name, pooler, service, switches",
        ),
        (
            {"ablation": {"base": "naive", "steps": [{"switches": {"a": "x" * 80}}]}, "rate": 3},
            f"variants: {'x' * 80} is more than 63 letters; give it a shorter name",
        ),
    ],
)
def test_an_ablation_that_cannot_be_is_one_sentence(keys: dict[str, object], sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_experiment({"name": "tried", "kind": "ablation", "duration": "20s", **keys}, "tried.yaml")
    assert str(caught.value) == f"tried.yaml: {sentence}"


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ({}, "matrix: needs a base with factors, or variants; one of the two"),
        ({"base": "naive", "variants": ["naive"]}, "matrix: needs a base with factors, or variants; one of the two"),
        ({"base": "naive"}, "matrix: factors: is missing; name switches with their values"),
        (
            {"variants": ["naive"], "factors": {"pool": ["on"]}},
            "matrix: factors: variants are listed, so users can be the only factor",
        ),
        ({"base": "naive", "factors": {"pool": []}}, "matrix.factors.pool: must name at least one"),
        ({"base": "naive", "factors": {"workers": [1, "1"]}}, "matrix: factors.workers: one value is named twice"),
        (
            {"base": "naive", "factors": {"pool": [True, False]}},
            "matrix.factors.pool.0: must be text (a number, on or off in quotes), not True",
        ),
        (
            {"base": "naive", "factors": {"pooler.mode": ["statement"]}},
            "matrix: factors.pooler.mode: must be of transaction, session, off, not 'statement'",
        ),
        (
            {"base": "naive", "factors": {"pooler.size": ["many"]}},
            "matrix: factors.pooler.size: must be whole numbers from 1 to 1000",
        ),
    ],
)
def test_a_matrix_that_cannot_be_is_one_sentence(made: dict[str, object], sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        matrix(made, rate=3)
    assert str(caught.value) == f"tried.yaml: {sentence}"


def test_the_schema_takes_what_the_code_takes() -> None:
    schema = json.loads(experiment_schema())
    whole = {"name": "tried", "kind": "ablation", "rate": 3, "duration": "20s", "control": True}
    for taken in (LADDER, ALONE):
        jsonschema.validate({**whole, "ablation": taken}, schema)
    jsonschema.validate(
        {**whole, "kind": "matrix", "matrix": {"base": "naive", "factors": {"pooler.mode": [False], "workers": [1]}}},
        schema,
    )
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**whole, "ablation": {"base": "naive", "steps": [{"switch": {}}]}}, schema)
