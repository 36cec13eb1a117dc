"""YAML that says a thing twice is refused, in whatever file of ours it stands."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from docsmith.chart_schema import values_schema
from scalebed import yaml_reader
from scalebed.engines.kubernetes import fingerprint
from scalebed.engines.kubernetes.load.testruns import read_base
from scalebed.experiment.spec import SpecError, load_experiment
from scalebed.messages import EngineError
from scalebed.paths import ROOT


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", "a is given twice, in lines 1 and 3; leave one of them out"),
        ("x:\n  - a: 1\n    b: 2\n    a: 3\n", "a is given twice, in lines 2 and 4; leave one of them out"),
        ("x: {a: 1, a: 1}\n", "a is given twice, in line 1; leave one of them out"),
        ("'a': 1\na: 2\n", "a is given twice, in lines 1 and 2; leave one of them out"),
        ("on: 1\ntrue: 2\n", "true is given twice, in lines 1 and 2; leave one of them out"),
        ("1: a\n0x1: b\n", "0x1 is given twice, in lines 1 and 2; leave one of them out"),
        ("a: &a {x: 1}\nb: {<<: *a, <<: *a}\n", "<< is given twice, in line 2; leave one of them out"),
    ],
)
def test_a_key_given_twice_is_refused_with_both_lines(text: str, said: str) -> None:
    with pytest.raises(yaml_reader.RepeatedKeyError) as caught:
        yaml_reader.read(text)
    assert str(caught.value) == said


@pytest.mark.parametrize(
    "text",
    [
        "a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  x: 3\nc: *a\n",  # what is merged in is there to be set anew
        "a: {x: 1}\nb: {x: 1}\n",
        "'1': a\n1: b\n",
        "[{a: 1}, {a: 2}]",
        "",
    ],
)
def test_what_says_each_thing_once_is_read_as_ever(text: str) -> None:
    assert yaml_reader.read(text) == yaml.safe_load(text)


def test_a_date_that_is_none_is_no_yaml() -> None:
    with pytest.raises(yaml.YAMLError):
        yaml_reader.read("a: 2026-02-30\n")


def test_an_experiment_that_gives_a_key_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text("name: two\nvariants: [naive]\nreplicas: [1]\nblocks: 2\nreplicas: [4]\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_experiment(path)
    assert str(caught.value) == f"{path}: replicas is given twice, in lines 3 and 5; leave one of them out"


def test_so_is_an_experiment_in_json(tmp_path: Path) -> None:
    path = tmp_path / "two.json"
    path.write_text('{"name": "two",\n "variants": ["naive"],\n "blocks": 1,\n "blocks": 5}\n', encoding="utf-8")
    with pytest.raises(SpecError, match="blocks is given twice, in lines 3 and 4"):
        load_experiment(path)


def test_so_is_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    path.write_text("name: one\nvariants: [naive]\n", encoding="utf-8")
    with pytest.raises(SpecError, match=r"^--set slo=\{latency_ms: 1, latency_ms: 2\}: latency_ms is given twice"):
        load_experiment(path, ["slo={latency_ms: 1, latency_ms: 2}"])


def test_so_is_the_base_of_all_testruns(tmp_path: Path) -> None:
    file = tmp_path / "loadtest" / "testruns" / "base" / "testrun.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("spec:\n  parallelism: 1\n  parallelism: 2\n", encoding="utf-8")
    with pytest.raises(EngineError, match=r"testrun\.yaml: parallelism is given twice, in lines 2 and 3"):
        read_base(tmp_path)


def test_so_are_a_charts_values_and_what_it_says_of_itself(tmp_path: Path) -> None:
    with pytest.raises(yaml_reader.RepeatedKeyError, match="replicas is given twice, in lines 1 and 2"):
        values_schema("sample", "replicas: 1\nreplicas: 2\n")
    with pytest.raises(yaml_reader.RepeatedKeyError, match="minimum is given twice"):
        values_schema("sample", "# @schema {minimum: 0, minimum: 1}\nreplicas: 1\n")
    chart = tmp_path / "charts" / "scalebed" / "Chart.yaml"
    chart.parent.mkdir(parents=True)
    chart.write_text("name: sample\nversion: 1.0.0\nversion: 2.0.0\n", encoding="utf-8")
    with pytest.raises(yaml_reader.RepeatedKeyError, match="version is given twice, in lines 2 and 3"):
        fingerprint.charts(tmp_path)


def _tracked(ending: str) -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z", f"*{ending}"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.split("\0") if name]


def test_no_file_of_ours_says_a_thing_twice() -> None:
    def once(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
        keys = [key for key, _ in pairs]
        assert len(set(keys)) == len(keys), keys
        return dict(pairs)

    plain = [path for path in _tracked(".yaml") if "templates" not in path.parts]
    assert plain
    for path in plain:
        # The loader looks at each document before it is made into anything, tags of other programs or not.
        list(yaml.compose_all(path.read_text(encoding="utf-8"), Loader=yaml_reader.SingleLoader))
    written = _tracked(".json")
    assert written
    for path in written:
        json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)
