from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scalebed.experiment.requests import Request, Values
from scalebed.experiment.script import Script
from scalebed.experiment.spec import SpecError, parse_experiment
from scalebed.paths import ROOT


def experiment(folder: Path, *requests: dict[str, Any], **load: Any) -> Any:
    keys = {"name": "shop", "service": {"url": "http://127.0.0.1:1"}, "load": {"requests": list(requests), **load}}
    return parse_experiment(keys, "scalebed.yaml", folder=folder)


def test_the_example_of_the_reference_is_read(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "reference" / "own-service.md").read_text(encoding="utf-8")
    (block,) = (text for text in re.findall(r"^```yaml\n(.*?)^```$", page, re.S | re.M) if "requests:" in text)
    load = yaml.safe_load(block)["load"]
    made = experiment(tmp_path, *load["requests"], env=load["env"])
    one, many, note = made.load.requests
    assert (one.method, one.path, one.name, one.share) == ("GET", "/contacts/{id}", "GET /contacts/{id}", 6)
    assert one.values["id"] == Values(first=1, last=3000)
    assert many.name == "GET /contacts"
    assert note.values["text"].file == str(tmp_path / "notes.txt")
    assert note.expect.status == 201
    assert made.unit == "requests"
    assert made.workload == "requests"


def test_a_run_directory_reads_back_what_it_wrote(tmp_path: Path) -> None:
    made = experiment(tmp_path, {"post": "/a", "send": {"n": [1, "{x}"]}, "values": {"x": [1, "b"]}})
    assert parse_experiment(json.loads(made.model_dump_json()), "manifest", folder=Path("/elsewhere")) == made


def test_the_script_is_told_what_it_is_to_fill_in() -> None:
    script = Script(
        requests=(Request.model_validate({"get": "/{id}", "values": {"id": "1-9"}, "headers": {"X-Key": "{TOKEN}"}}),),
        secrets={"TOKEN": {"variable": "MY_TOKEN"}},
        env={"UNUSED": "1"},
    )
    assert script.file.is_file()
    assert script.variables["UNUSED"] == "1"
    (told,) = json.loads(script.variables["REQUESTS"])
    assert told["variables"] == ["TOKEN"]
    assert told["values"] == {"id": {"first": 1, "last": 9, "choices": None, "file": None}}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1-3000", Values(first=1, last=3000)),
        ("-5..5", Values(first=-5, last=5)),
        ("7", Values(choices=("7",))),
        (7, Values(choices=("7",))),
        (["a", 2], Values(choices=("a", "2"))),
        ("2024-01-01", Values(choices=("2024-01-01",))),
    ],
)
def test_values_are_a_range_or_texts(given: object, expected: Values) -> None:
    request = Request.model_validate({"get": "/{x}", "values": {"x": given}})
    assert request.values["x"] == expected


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"share": 2}, "load.requests.0: needs one of get, head, post"),
        ({"get": "/a", "post": "/b"}, "needs one of get"),
        ({"get": "a"}, "must be a path such as /contacts, without blanks, not 'a'"),
        ({"get": "/a b"}, "without blanks"),
        ({"get": "/{id}"}, "load: requests.0: {id} is nothing; give it values"),
        ({"get": "/", "values": {"id": "1-2"}}, "values: nothing here says {id}"),
        ({"get": "/{id}", "values": {"id": "9-1"}}, "a range goes upwards; write 1-9"),
        ({"get": "/{id}", "values": {"id": []}}, "load.requests.0.values.id.choices: must name at least one"),
        ({"get": "/", "share": 0}, "load.requests.0.share"),
        ({"get": "/", "expect": {"status": 404}}, "load.requests.0.expect.status"),
        ({"get": "/", "weight": 2}, "load.requests.0.weight: is not a key here; the keys are"),
        ({"get": "/", "headers": {"a b": "1"}}, "is no name of a header"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path: Path, request_: dict[str, Any], told: str) -> None:
    with pytest.raises(SpecError) as refused:
        experiment(tmp_path, request_)
    assert told in str(refused.value), str(refused.value)


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="two are called GET /a; give one of them a name"):
        experiment(tmp_path, {"get": "/a?b=1"}, {"get": "/a?b=2"})
    experiment(tmp_path, {"get": "/a?b=1"}, {"get": "/a?b=2", "name": "other"})


@pytest.mark.parametrize("load", [{}, {"script": "load.js", "requests": [{"get": "/"}]}])
def test_it_is_a_script_or_requests(load: dict[str, Any]) -> None:
    with pytest.raises(SpecError, match="load: needs either a script of k6's, or requests"):
        parse_experiment(
            {"name": "shop", "service": {"url": "http://127.0.0.1:1"}, "load": load}, "x", folder=Path("/")
        )


def test_what_belongs_to_a_script_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="exec: belongs to a script"):
        experiment(tmp_path, {"get": "/"}, exec="journey")


def test_braces_in_a_body_may_be_its_own(tmp_path: Path) -> None:
    made = experiment(tmp_path, {"post": "/", "send": "body { color: red } {id}", "values": {"id": "1-2"}})
    assert made.load.requests[0].placeholders == ("id",)
