"""Schemas for kubeconform: every kind, strict, with a custom resource among them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from clusterbed.api_schemas import write

OPENAPI = {
    "definitions": {
        "io.k8s.Pod": {
            "type": "object",
            "properties": {
                "kind": {"type": "string"},
                "port": {"$ref": "#/definitions/io.k8s.IntOrString"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            },
            "required": ["kind"],
            "x-kubernetes-group-version-kind": [{"group": "", "kind": "Pod", "version": "v1"}],
        },
        "io.k8s.IntOrString": {"type": "string", "format": "int-or-string"},
    }
}
DEFINITION = {
    "spec": {
        "group": "k6.io",
        "names": {"kind": "TestRun"},
        "versions": [
            {
                "name": "v1alpha1",
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "metadata": {"type": "object"},
                            "spec": {"type": "object", "properties": {"parallelism": {"type": "integer"}}},
                        },
                    }
                },
            }
        ],
    }
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "swagger.json").write_text(json.dumps(OPENAPI), encoding="utf-8")
    (tmp_path / "testruns.yaml").write_text(yaml.safe_dump(DEFINITION), encoding="utf-8")
    made = tmp_path / "schemas"
    assert write(tmp_path / "swagger.json", [tmp_path / "testruns.yaml"], made) == 2
    return made


def validator(folder: Path, name: str) -> jsonschema.Draft7Validator:
    """With the definitions where the reference says they are."""
    text = (folder / name).read_text(encoding="utf-8")
    definitions = json.loads((folder / "_definitions.json").read_text(encoding="utf-8"))
    inline = json.loads(text.replace("_definitions.json#", "#"))
    local = json.loads(json.dumps(definitions).replace("_definitions.json#", "#"))
    return jsonschema.Draft7Validator({**local, **inline} if "$ref" not in inline else {**local, "allOf": [inline]})


@pytest.mark.parametrize(
    ("pod", "fits"),
    [
        ({"kind": "Pod", "port": 80}, True),
        ({"kind": "Pod", "port": "http"}, True),
        ({"kind": "Pod", "labels": {"any": "value"}}, True),
        ({"kind": "Pod", "prot": 80}, False),
        ({"port": 80}, False),
        ({"kind": "Pod", "labels": {"any": 1}}, False),
    ],
)
def test_a_kind_of_the_api(folder: Path, pod: dict[str, object], fits: bool) -> None:
    assert validator(folder, "pod-v1-v1.json").is_valid(pod) is fits


@pytest.mark.parametrize(
    ("run", "fits"),
    [
        ({"metadata": {"name": "any"}, "spec": {"parallelism": 2}}, True),
        ({"spec": {"parallelism": "2"}}, False),
        ({"spec": {"paralelism": 2}}, False),
    ],
)
def test_a_custom_resource(folder: Path, run: dict[str, object], fits: bool) -> None:
    assert validator(folder, "testrun-k6.io-v1alpha1.json").is_valid(run) is fits
