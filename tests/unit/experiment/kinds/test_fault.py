"""Kind `fault`: what its file has to say, and the cells that it makes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from scalebed.experiment.faults import NATURES, FaultName
from scalebed.experiment.plan import cells, plan
from scalebed.experiment.spec import Experiment, SpecError, load_experiment, parse_experiment

PLAIN: dict[str, Any] = {"kind": "fault", "variants": ["naive"], "rate": 20, "faults": ["replica-killed"]}
SHARE: dict[str, Any] = {"rate": None, "share": 0.5, "capacity_per_replica": {"naive": 100}}
OWN: dict[str, Any] = {
    "variants": [{"name": "mine"}],
    "service": {"command": ["./serve", "{port}"], "folder": ".", "ready": "/"},
}


def parse(**keys: Any) -> Experiment:
    data = {key: value for key, value in {**PLAIN, **keys}.items() if value is not None}
    return parse_experiment({"name": "tried", **data}, "tried.yaml")


def refusal(**keys: Any) -> str:
    with pytest.raises(SpecError) as caught:
        parse(**keys)
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix("tried.yaml: ")


def test_a_plain_one_has_a_control_and_lasts_as_long_as_its_episodes() -> None:
    spec = parse()
    assert spec.cell_ids == ("naive-x1", "naive-x1-replica-killed")
    assert (spec.duration, spec.users, spec.episodes, spec.failover) == (50, None, None, None)
    assert [case and case.name for case in spec.cases] == [None, "replica-killed"]
    assert parse(episodes={"first": "5s", "every": "8s", "times": 4}).duration == 37


@pytest.mark.parametrize(
    "keys",
    [
        {},
        SHARE,
        {"episodes": {"first": "5s", "times": 3}},
        {"failover": False},
        {"faults": ["rollout", {"fault": "cache-slow", "delay": "20ms"}]},
        {"faults": [{"fault": "replica-killed", "restart_after": "never"}], "episodes": {"times": 1}},
        {"replicas": [2, 3], "faults": ["scale-in"]},
        {"duration": 50},
        {"faults": list(get_args(FaultName)), "replicas": [2]},
    ],
)
def test_what_is_taken_comes_round(keys: dict[str, Any]) -> None:
    spec = parse(**keys)
    for mode in ("json", "python"):
        assert parse_experiment(spec.model_dump(mode=mode), "again") == spec
    assert [cell.id for cell in cells(spec)] == list(spec.cell_ids)
    assert len(set(spec.cell_ids)) == len(spec.cell_ids)


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"engine": "kubernetes"}, "engine: kind fault needs local"),
        ({"faults": None}, "faults: kind fault needs at least one, such as replica-killed"),
        ({"faults": []}, "faults: kind fault needs at least one, such as replica-killed"),
        ({"faults": "rollout"}, "faults: must be a list, not 'rollout'"),
        ({"faults": [3]}, "faults.0: must be a mapping of keys, not 3"),
        ({"faults": [{"lasts": "5s"}]}, "faults.0.fault: is missing"),
        (
            {"faults": [{"fault": "cache-slow", "lats": 3}]},
            "faults.0.lats: is not a key here; the keys are delay, factor, fault, lasts, name, restart_after",
        ),
        (
            {"faults": ["rollout", {"fault": "cache-slow", "name": "Bad Name"}]},
            "faults.1.name: must be lower-case letters, digits and hyphens, not 'Bad Name'",
        ),
        (
            {"faults": [{"fault": "replica-killed", "restart_after": "soon"}]},
            "faults.0.restart_after: must be a duration above 0, such as 500ms or 60s, or never",
        ),
        (
            {"faults": [{"fault": "cache-slow", "delay": "1.5ms"}]},
            "faults.0: delay: must be whole milliseconds, not 1.5 ms",
        ),
        ({"faults": [{"fault": "rollout", "lasts": 3}]}, "faults.0: lasts: rollout is over at once; leave it out"),
        ({"faults": ["rollout", "rollout"]}, "faults: two have the same name; give one another"),
        (
            {"faults": ["rollout", {"fault": "cache-full", "name": "rollout"}]},
            "faults: two have the same name; give one another",
        ),
        ({"rate": None}, "rate and share: kind fault needs one of the two"),
        ({"share": 0.5}, "rate and share: kind fault needs one of the two"),
        ({**SHARE, "share": 60}, "share: must be less than 1, not 60; it is a share: write 0.6 for 60%"),
        ({**SHARE, "share": 0}, "share: must be greater than 0, not 0"),
        (
            {**SHARE, "capacity_per_replica": None},
            "capacity_per_replica: share needs that of naive, in requests a second",
        ),
        (
            {**SHARE, "variants": ["naive", "optimized"]},
            "capacity_per_replica: share needs that of optimized, in requests a second",
        ),
        (
            {**SHARE, "capacity_per_replica": {"naive": 1, "nave": 2}},
            "capacity_per_replica: nave is no variant; they are naive",
        ),
        (
            {"capacity_per_replica": {"naive": 100}},
            "capacity_per_replica: belongs to share; leave it out, or give share in the place of rate",
        ),
        ({"duration": "60s"}, "episodes: say how long a trial lasts; leave out users and duration"),
        ({"users": 4}, "episodes: say how long a trial lasts; leave out users and duration"),
        ({"episodes": {"times": 0}}, "episodes.times: must be greater than or equal to 1, not 0"),
        (
            {"episodes": {"last": 3}},
            "episodes.last: is not a key here; the keys are every, first, times",
        ),
        (
            {"faults": ["cache-slow"], "episodes": {"every": "9.9s"}},
            "episodes.every: cache-slow takes 10 s with the 5 s that show the SLO met again; give as much or more",
        ),
        (
            {"faults": ["replica-killed"], "episodes": {"every": 5}},
            "episodes.every: replica-killed takes 6 s with the 5 s that show the SLO met again; give as much or more",
        ),
        (
            {"faults": [{"fault": "cache-full", "lasts": "30s"}]},
            "episodes.every: cache-full-30s takes 35 s with the 5 s that show the SLO met again; give as much or more",
        ),
        (
            {"faults": [{"fault": "cache-killed", "restart_after": "never"}]},
            "episodes.times: cache-killed-never-back never comes back, so that it can happen once; give 1",
        ),
        ({"faults": ["scale-in"]}, "replicas: scale-in takes one away, so it needs two or more"),
        ({"faults": ["scale-in"], "replicas": [2, 1]}, "replicas: scale-in takes one away, so it needs two or more"),
        (
            {"faults": ["pooler-killed"], "variants": ["optimized", {"name": "naive", "pooler": "off"}]},
            "faults: pooler-killed needs a pooler, and naive has none here",
        ),
        (
            {
                "variants": ["naive", {"name": "naive-x2", "service": "naive"}],
                "replicas": [1, 2],
                "faults": [{"fault": "rollout", "name": "x1"}],
            },
            "faults: two cells would be called naive-x2-x1; give the fault or the variant another name",
        ),
        (
            {"rate": 1, "episodes": {"first": "5s", "every": "6s", "times": 1}},
            (
                "episodes: 11 s at 1/s come to 11 requests, and it takes 18 to judge p95 and an error rate of 1% by; "
                "let them last 18 s or more"
            ),
        ),
    ],
)
def test_what_cannot_be_is_one_sentence_that_names_its_key(keys: dict[str, Any], sentence: str) -> None:
    assert refusal(**keys) == sentence


def test_an_unknown_fault_is_told_which_there_are() -> None:
    told = refusal(faults=["replica-kiled"])
    assert told.startswith("faults.0.fault: must be 'replica-killed', ")
    assert told.endswith(" or 'overload', not 'replica-kiled'")


@pytest.mark.parametrize(
    ("fault", "every"), [("cache-slow", 10), ("cache-flushed", 5), ("replica-killed", 6), ("replica-frozen", 10)]
)
def test_as_much_time_as_it_takes_is_enough(fault: str, every: int) -> None:
    assert parse(faults=[fault], episodes={"every": every}).duration == 10 + 2 * every
    assert "episodes.every: " in refusal(faults=[fault], episodes={"every": every - 0.1})


def test_what_lives_on_may_happen_often_also_where_nobody_starts_anything_again() -> None:
    assert parse(faults=[{"fault": "replica-frozen", "restart_after": "never"}]).cell_ids[-1].endswith("never-back")


def test_a_pooler_that_is_off_hinders_no_other_fault() -> None:
    faults = [name for name, nature in NATURES.items() if nature.part != "pooler"]
    parse(variants=[{"name": "naive", "pooler": "off"}], faults=faults, replicas=[2])
    parse(variants=[{"name": "naive", "pooler": "session"}], faults=["pooler-restarted"])


def test_a_cell_has_its_fault_and_its_rate() -> None:
    keys = {**SHARE, "variants": ["naive", "optimized"], "replicas": [1, 3]}
    spec = parse(**{**keys, "capacity_per_replica": {"naive": 40, "optimized": 200}})
    found = {cell.id: (cell.rate, cell.fault and cell.fault.fault) for cell in cells(spec)}
    assert found == {
        "naive-x1": (20, None), "naive-x1-replica-killed": (20, "replica-killed"),
        "naive-x3": (60, None), "naive-x3-replica-killed": (60, "replica-killed"),
        "optimized-x1": (100, None), "optimized-x1-replica-killed": (100, "replica-killed"),
        "optimized-x3": (300, None), "optimized-x3-replica-killed": (300, "replica-killed"),
    }  # fmt: skip
    assert {cell.rate for cell in cells(parse())} == {20}
    assert sorted(step.cell.id for step in plan(spec) if step.block == 2) == sorted(found)


def test_cells_of_other_kinds_have_no_rate_and_no_fault() -> None:
    plain = parse_experiment({"name": "tried", "variants": ["naive"]}, "tried.yaml")
    assert [(cell.id, cell.rate, cell.fault) for cell in cells(plain)] == [("naive-x1", None, None)]


def test_a_share_that_comes_to_too_few_requests_is_doubted_at_the_lowest_rate() -> None:
    keys = {**SHARE, "share": 0.01, "replicas": [1, 4], "episodes": {"first": "5s", "every": "6s", "times": 1}}
    assert refusal(**keys).startswith("episodes: 11 s at 1/s come to 11 requests")


SERVICE: dict[str, Any] = {"command": "./serve --port $PORT"}


def own(faults: list[str], **keys: Any) -> Experiment:
    shared = {"name": "tried", "kind": "fault", "rate": 20, "faults": faults, "replicas": [2]}
    return parse_experiment({**shared, "service": SERVICE, **keys}, "tried.yaml", folder=Path("/"))


@pytest.mark.parametrize(
    ("keys", "parts"),
    [
        ({}, {"service", "balancer"}),
        ({"cache": "valkey"}, {"service", "balancer", "cache"}),
        ({"database": {}}, {"service", "balancer", "database"}),
        ({"database": {"pooler": "transaction"}}, {"service", "balancer", "database", "pooler"}),
        ({"database": {"pooler": "off"}, "cache": "valkey"}, {"service", "balancer", "database", "cache"}),
    ],
)
def test_an_application_of_the_users_own_bears_faults_of_the_parts_it_has(
    keys: dict[str, Any], parts: set[str], tmp_path: Path
) -> None:
    (tmp_path / "own.js").write_text("export default function () {}")
    keys = {"load": {"script": str(tmp_path / "own.js")}, **keys}
    for name, nature in NATURES.items():
        if nature.part in {*parts, "load"}:
            assert own([name], **keys).faults[0].fault == name
        else:
            with pytest.raises(SpecError, match=rf"faults: {name} needs a {nature.part}, and [\w-]+ has none here$"):
                own([name], **keys)


def test_of_what_runs_already_nothing_can_be_made_to_fail(tmp_path: Path) -> None:
    (tmp_path / "own.js").write_text("export default function () {}")
    with pytest.raises(SpecError, match=r"faults: replica-killed needs a service, and [\w-]+ has none here$|replicas"):
        own(
            ["replica-killed"],
            service={"url": "http://localhost:9"},
            load={"script": str(tmp_path / "own.js")},
            replicas=[1],
        )


def test_what_runs_already_may_get_more_load(tmp_path: Path) -> None:
    (tmp_path / "own.js").write_text("export default function () {}")
    more = {"service": {"url": "http://localhost:9"}, "load": {"script": str(tmp_path / "own.js")}, "replicas": [1]}
    assert own(["overload"], **more).faults[0].nature.rises


def test_a_file_with_faults_is_read(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(
        "name: faults\nkind: fault\nvariants: [naive]\nrate: 20\nreplicas: [2]\n"
        "episodes: {first: 15s, every: 25s, times: 3}\n"
        "faults:\n  - replica-killed\n  - {fault: cache-slow, delay: 20ms}\n"
    )
    spec = load_experiment(path, ["failover=off", "episodes.times=2"])
    assert [fault.name for fault in spec.faults] == ["replica-killed", "cache-slow-20ms"]
    assert (spec.failover, spec.duration) == (False, 65)
    assert not re.search("None", str(spec.cell_ids))
