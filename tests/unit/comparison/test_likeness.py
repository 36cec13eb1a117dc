from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from compared import BEFORE, GIVEN, HOST, Measure

from scalebed.comparison.differences import differences
from scalebed.comparison.likeness import UnlikeError, require_alike, unlike_hosts
from scalebed.comparison.side import Side, read
from scalebed.measurement.shares import Share
from scalebed.records.run_directory import RunDirectory


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"cpu_per_replica": 0.25}, "cpu_per_replica 0.5 and 0.25"),
        ({"slo": {"latency_ms": 500}}, "slo"),
        ({"workload": "list"}, "workload browse and list"),
        ({"dataset": {"contacts": 1000}}, "dataset"),
        ({"search": {"precision": 0.2}}, r"search\.precision 0\.05 and 0\.2"),
        ({"search": {"around": {"shop-x1": 40.0}}}, "rates that were planned and rates that were searched for"),
        (GIVEN, "kind capacity and fixed-rate"),
    ],
)
def test_another_question_is_refused(measure: Measure, changed: dict[str, Any], named: str) -> None:
    before, after = read(str(measure("a"))), read(str(measure("b", **changed)))
    with pytest.raises(UnlikeError, match=f"measure different things .*{named}"):
        require_alike(before, after)


def test_blocks_seeds_names_and_the_service_itself_may_differ(measure: Measure) -> None:
    before = read(str(measure("a")))
    after = read(str(measure("b", blocks=3, seed=8, name="other", services={"else": BEFORE})))
    require_alike(before, after)


def test_another_script_is_another_question_wherever_it_lies(measure: Measure) -> None:
    def script(folder: str, digest: str) -> dict[str, Any]:
        return {
            "script": {"script": f"{folder}/load.js", "files": {f"{folder}/load.js": digest, f"{folder}/a/b.csv": "1"}}
        }

    def owned(folder: str) -> dict[str, Any]:
        return {"load": {"script": f"{folder}/load.js"}}

    before, alike, unlike = (
        read(_told(measure(name, fingerprint=script(f"/src/{name}", digest)), owned(f"/src/{name}")))
        for name, digest in (("a", "11"), ("b", "11"), ("c", "22"))
    )
    require_alike(before, alike)
    with pytest.raises(UnlikeError, match=r"the script’s load\.js"):
        require_alike(before, unlike)


def _told(path: Path, load: dict[str, Any]) -> str:
    """The run as if its load were a script of one's own; that must be a file where an experiment is parsed."""
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    manifest["experiment"] |= {"load": load["load"], "workload": "load"}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return str(path)


def test_rough_figures_are_compared_with_nothing(measure: Measure) -> None:
    path = measure("b")
    directory = RunDirectory(path)
    directory.create(directory.manifest().model_copy(update={"host": "shared"}))
    with pytest.raises(UnlikeError, match="--host shared"):
        require_alike(read(str(measure("a"))), read(str(path)))


def test_capacities_of_two_methods_are_not_compared(measure: Measure) -> None:
    path = measure("b")
    directory = RunDirectory(path)
    for trial in list(directory.trials()):
        directory.add_trial(trial.model_copy(update={"shares": (Share(0.05, 1, 20, 20.0, broken=False),)}))
    with pytest.raises(UnlikeError, match="a: has capacities of an earlier version"):
        require_alike(read(str(measure("a"))), read(str(path)))


def unlike(before: Side, after: Side) -> tuple[str, ...]:
    return unlike_hosts(before.manifest.fingerprint, after.manifest.fingerprint)


@pytest.mark.parametrize(
    ("fingerprint", "named"),
    [
        ({"host": {**HOST, "cores": 4}}, "cores 8 and 4"),
        ({"host": {**HOST, "cpu_model": "Xeon"}}, "cpu model AMD EPYC and Xeon"),
        ({"host": {**HOST, "memory_bytes": 8_000_000_000}}, "memory of 14.9 GiB and 7.5 GiB"),
        ({"quota": {"kind": "none", "period_ms": None}}, "CPU quotas by kind cgroup v2"),
        ({"placement": "pinned"}, "placement by None and pinned"),
        ({"cluster": {"nodes": [{"cores": 2, "memory_bytes": 2**32}]}}, "nodes with none and with 2 cores (4.0 GiB)"),
    ],
)
def test_unlike_hosts_are_named(measure: Measure, fingerprint: dict[str, Any], named: str) -> None:
    found = unlike(read(str(measure("a"))), read(str(measure("b", fingerprint=fingerprint))))
    assert any(named in each for each in found) if named else not found


def test_a_little_more_memory_is_no_other_host(measure: Measure) -> None:
    other = {"host": {**HOST, "memory_bytes": HOST["memory_bytes"] - 40_000_000, "load_average": [3, 2, 1]}}  # type: ignore[operator]
    assert not unlike(read(str(measure("a"))), read(str(measure("b", fingerprint=other))))


def test_a_cluster_is_known_by_its_nodes_and_not_by_their_names(measure: Measure) -> None:
    def known(name: str, image: str, memory: int = 2**32) -> dict[str, Any]:
        node = {"name": name, "cores": 2.0, "memory_bytes": memory, "architecture": "amd64"}
        cluster = {"context": name, "kubernetes": "v1.34.4", "nodes": [node, {**node, "cores": 4.0}]}
        return {"cluster": cluster, "images": {"naive": image}, "packages": {"naive": {"django": image}}}

    before = read(str(measure("a", fingerprint=known("one", "1"))))
    after = read(str(measure("b", fingerprint=known("two", "2", 2**32 - 2**20))))
    assert not unlike(before, after)
    assert differences(before, after) == ("naive’s django 1 → 2", "naive 1 → 2")
    smaller = read(str(measure("c", fingerprint=known("one", "1", 2**31))))
    assert "nodes with 2 and 4 cores (4.0 GiB, 4.0 GiB)" in unlike(before, smaller)[0]


def test_what_else_differs_is_told(measure: Measure) -> None:
    def known(commit: str, django: str, digest: str) -> dict[str, Any]:
        own = {"commit": commit * 5, "dirty": False, "command": "run", "packages": {"django": django}}
        return {"applications": {"shop": {**own, "sources": {"shop/views.py": digest}}}, "host": HOST}

    before = read(str(measure("a", fingerprint=known("aaaaaaaa", "5.1", "1"))))
    after = read(str(measure("b", fingerprint={**known("bbbbbbbb", "5.2", "2"), "host": {**HOST, "kernel": "6.2"}})))
    assert differences(before, after) == (
        "commit aaaaaaaa → bbbbbbbb", "django 5.1 → 5.2", "shop/views.py", "kernel 6.1 → 6.2",
    )  # fmt: skip
    assert not differences(before, before)


def test_what_the_experiment_says_of_the_service_is_told(measure: Measure) -> None:
    before, after = measure("a"), measure("b")
    manifest = json.loads((after / "manifest.json").read_text(encoding="utf-8"))
    manifest["experiment"]["variants"][0] |= {"switches": {"cache": "off"}, "pooler": {"mode": "off", "size": None}}
    (after / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    told = differences(read(str(before)), read(str(after)))
    assert told == ("pooler.mode transaction → off", "switches.cache none → off")


def test_other_rows_and_other_numbers_of_load_pods_are_refused(measure: Measure) -> None:
    before = read(str(measure("a", fingerprint={"runners": 2})))
    with pytest.raises(UnlikeError, match="load from 2 and from 8 pods"):
        require_alike(before, read(str(measure("b", fingerprint={"runners": 8}))))
    few, same, many = (read(_filled(measure(name), rows, pooler)) for name, rows, pooler in
                       (("c", 1000, "off"), ("d", 1000, "session"), ("e", 1_000_000, "off")))  # fmt: skip
    require_alike(few, same)
    with pytest.raises(UnlikeError, match="database, which decides what rows there are"):
        require_alike(few, many)


def _filled(path: Path, rows: int, pooler: str) -> str:
    """The run as if it were of an application that fills a database of its own."""
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    variant = {"name": "shop", "service": "shop", "application": {"command": "serve"}}
    own = {
        "database": {"setup": [f"fill {rows}"], "pooler": pooler},
        "load": {"script": "/load.js"},
        "workload": "load",
    }
    manifest["experiment"] |= {**own, "variants": [variant]}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return str(path)
