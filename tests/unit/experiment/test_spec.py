"""Experiment files: what is read, and the sentence for what is not."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from scalebed.experiment.json_schema import experiment_schema
from scalebed.experiment.plan import cells
from scalebed.experiment.shipped import shipped_experiments
from scalebed.experiment.spec import Experiment, SpecError, load_experiment, parse_experiment
from scalebed.experiment.variant import Variant

SHIPPED = list(shipped_experiments().values())


def parse(**keys: object) -> Experiment:
    return parse_experiment({"name": "tried", "variants": ["naive"], **keys}, "tried.yaml")


def refusal(**keys: object) -> str:
    with pytest.raises(SpecError) as caught:
        parse(**keys)
    sentence = str(caught.value)
    assert sentence.startswith("tried.yaml: ")
    assert "\n" not in sentence
    return sentence.removeprefix("tried.yaml: ")


@pytest.mark.parametrize(
    ("written", "seconds"), [("500ms", 0.5), ("60s", 60.0), ("1.5m", 90.0), ("2h", 7200.0), (45, 45.0)]
)
def test_a_duration_has_a_unit_or_is_seconds(written: object, seconds: float) -> None:
    assert parse(search={"max_trial": written}).search.max_trial == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["1 minute", "60", "s", "-5s", "0s", -1, float("inf")])
def test_what_is_no_duration_is_refused(written: object) -> None:
    assert refusal(search={"max_trial": written}).startswith("search.max_trial: must be ")


def test_a_variant_may_be_the_bare_name_of_its_service() -> None:
    spec = parse(variants=["naive", {"name": "optimized"}, {"name": "cold", "service": "optimized"}])
    assert [(v.name, v.service) for v in spec.variants] == [
        ("naive", "naive"), ("optimized", "optimized"), ("cold", "optimized"),
    ]  # fmt: skip


def test_an_experiment_survives_its_own_json() -> None:
    spec = parse(variants=[{"name": "cold", "service": "optimized", "switches": {"cache": "off"}}])
    assert Experiment.model_validate_json(spec.model_dump_json()) == spec
    assert spec.variants == (Variant(name="cold", service="optimized", switches={"cache": "off"}),)


@pytest.mark.parametrize(
    ("keys", "place", "good"),
    [
        ({"block": 3}, "block", "blocks"),
        ({"dataset": {"rows": 3}}, "dataset.rows", "contacts"),
        ({"slo": {"latency": 3}}, "slo.latency", "latency_ms"),
        ({"search": {"trials": 3}}, "search.trials", "max_trials"),
        ({"variants": ["naive", {"name": "cold", "switch": {}}]}, "variants.1.switch", "switches"),
    ],
)
def test_an_unknown_key_is_named_with_the_good_ones(keys: dict[str, object], place: str, good: str) -> None:
    sentence = refusal(**keys)
    assert sentence.startswith(f"{place}: is not a key here; the keys are ")
    assert good in sentence.partition("the keys are ")[2].split(", ")


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"name": "Not A Name"}, "name: must be lower-case letters, digits and hyphens, not 'Not A Name'"),
        ({"variants": []}, "variants: must name at least one"),
        ({"variants": "naive"}, "variants: must be a list, not 'naive'"),
        ({"variants": [{"service": "naive"}]}, "variants.0.name: is missing"),
        ({"variants": ["naive", "naive"]}, "variants: two have the same name"),
        ({"replicas": [1, 0]}, "replicas.1: must be greater than or equal to 1, not 0"),
        ({"replicas": [2, 2]}, "replicas: one count is named twice"),
        ({"cpu_per_replica": 0}, "cpu_per_replica: must be greater than 0, not 0"),
        ({"slo": {"percentile": 100}}, "slo.percentile: must be less than 100, not 100"),
        ({"slo": {"latency_ms": float("inf")}}, "slo.latency_ms: must be a finite number, not inf"),
        ({"search": 3}, "search: must be a mapping of keys, not 3"),
        ({"kind": "fixed-rate", "rates": [3]}, "rates and duration: kind fixed-rate needs both"),
        ({"kind": "closed", "duration": "9s"}, "users and duration: kind closed needs both, or stages"),
        ({"rate": 3}, "rate: belongs to kinds ablation, matrix and fault, not to capacity"),
        (
            {"kind": "fixed-rate", "rates": [3], "duration": "9s", "control": True},
            "control: belongs to kinds ablation and matrix, not to fixed-rate",
        ),
        (
            {"variants": [{"name": "a", "pooler": "maybe"}]},
            "variants.0.pooler.mode: must be 'transaction', 'session' or 'off', not 'maybe'",
        ),
        (
            {"variants": [{"name": "a", "pooler": {"mode": "off", "size": 5}}]},
            "variants.0.pooler: size: there is no pool with the pooler off; leave it out",
        ),
        (
            {"variants": [{"name": "cold", "switches": yaml.safe_load("cache: off")}]},
            "variants.0.switches.cache: must be text (a number, on or off in quotes), not False",
        ),
    ],
)
def test_an_impossible_value_is_one_sentence(keys: dict[str, object], sentence: str) -> None:
    assert refusal(**keys) == sentence


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tried.yaml"
    path.write_text("name: tried\nvariants: [naive]\nsearch: {max_trials: 9}\n", encoding="utf-8")
    return path


def test_overrides_take_dotted_keys_and_yaml_values(file: Path) -> None:
    spec = load_experiment(
        file, ["search.precision=0.1", "slo.latency_ms=250", "replicas=[1, 2]", "search.max_trial=2m", "blocks=3"]
    )
    assert (spec.search.precision, spec.search.max_trials, spec.search.max_trial) == (0.1, 9, 120.0)
    assert (spec.slo.latency_ms, spec.replicas, spec.blocks) == (250, (1, 2), 3)


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("blocks", "--set blocks: must be key=value"),
        ("=3", "--set =3: must be key=value"),
        ("name.first=x", "--set name.first=x: name holds no keys"),
        ("variants.0.name=x", "variants holds no keys"),
        ("replicas=[1", "is not YAML"),
        ("blocks=many", "blocks: must be a valid integer"),
        ("search.precise=0.1", "search.precise: is not a key here"),
    ],
)
def test_an_unfit_override_is_one_sentence(file: Path, override: str, said: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_experiment(file, [override])
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"name: [", "is not YAML"), (b"name: \xff", "is not YAML"), (b"- naive", "must be a mapping"), (b"", "mapping")],
)
def test_a_file_that_holds_no_experiment_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "broken.yaml"
    path.write_bytes(content)
    with pytest.raises(SpecError) as caught:
        load_experiment(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"none\.yaml: cannot be read \(No such file or directory\)"):
        load_experiment(tmp_path / "none.yaml")


def test_stages_say_how_many_users_there_are_and_for_how_long() -> None:
    staged = parse(kind="closed", stages=[{"users": 10, "duration": "5s"}, {"users": 100, "duration": "1m"}])
    assert (staged.users, staged.duration, staged.crowd) == (100, 65, "10 and 100 users")
    assert Experiment.model_validate_json(staged.model_dump_json()) == staged
    assert parse(kind="closed", users=50, duration="9s").crowd == "50 users"


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        (
            {"rates": [1], "duration": "9s", "kind": "fixed-rate"},
            "stages: belong to kinds closed and hpa, not to fixed-rate",
        ),
        ({"users": 5}, "stages: say how many users there are and for how long; leave out users and duration"),
        ({"duration": "9s"}, "stages: say how many users there are and for how long; leave out users and duration"),
    ],
)
def test_stages_stand_alone(keys: dict[str, object], sentence: str) -> None:
    assert refusal(**{"kind": "closed", "stages": [{"users": 10, "duration": "5s"}], **keys}) == sentence


def test_an_unknown_workload_is_named_with_the_known() -> None:
    sentence = refusal(workload="brows")
    assert sentence.startswith("workload: must be one of 01-health, 02-json, ")
    assert sentence.endswith(", write-mix, not 'brows'")


def test_there_are_shipped_experiments() -> None:
    assert {path.stem for path in SHIPPED} >= {"smoke", "quick"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_experiment_parses_and_meets_the_schema(path: Path) -> None:
    spec = load_experiment(path)
    assert spec.name == path.stem
    assert spec.description
    levels = len(spec.levels) if spec.compares else 1
    assert len({cell.id for cell in cells(spec)}) == len(spec.variants) * len(spec.replicas) * levels * len(spec.cases)
    jsonschema.validate(yaml.safe_load(path.read_text(encoding="utf-8")), json.loads(experiment_schema()))
