"""A chart's schema says what values.yaml says, and refuses what does not fit it."""

import json
from typing import Any

import jsonschema
import pytest

from docsmith.chart_schema import values_schema

VALUES = """\
# A chart's values.

# @schema {minimum: 0}
# -- How many,
# in words.
# @default -- one
replicas: 1
image:
  # -- Any.
  repository: any
  # @schema {enum: [Always, Never]}
  pullPolicy: Always
ratio: 0.5
# -- Free.
labels: {}
commands: []
# @schema {$ref: "#/$defs/pullSecrets"}
pullSecrets: []
# @schema {$ref: "#/$defs/annotations"}
annotations: {}
# @schema {$ref: "#/$defs/labels"}
nodes: {}
# @schema {$ref: "#/$defs/tolerations"}
tolerations: []
# @schema {$ref: "#/$defs/envFrom"}
sources: []
# @schema {$ref: "#/$defs/egress"}
egress: []
# @schema {$ref: "#/$defs/scaling"}
up: {}
# @schema {$ref: "#/$defs/resources"}
# -- Of it.
resources:
  limits: {cpu: 1}
global:
  dataset:
    contacts: 5
# @schema {additionalProperties: true}
part:
  inner:
    size: 1
  # @schema {additionalProperties: false}
  closed:
    size: 1
"""


@pytest.fixture
def schema() -> dict[str, Any]:
    parsed = json.loads(values_schema("sample", VALUES))
    jsonschema.Draft7Validator.check_schema(parsed)
    assert isinstance(parsed, dict)
    return parsed


def test_descriptions_are_the_comments(schema: dict[str, Any]) -> None:
    assert schema["properties"]["replicas"] == {
        "description": "How many, in words.",
        "type": "integer",
        "minimum": 0,
        "maximum": 2**31 - 1,
    }
    assert schema["properties"]["resources"]["description"] == "Of it."


@pytest.mark.parametrize(
    "fit",
    [
        {},
        {"replicas": 0},
        {"ratio": 2},
        {"labels": {"a": "b"}},
        {"commands": ["a"]},
        {"resources": {"requests": {"cpu": "250m", "memory": "1.5Gi"}}},
        {"global": {"other": 1}},
        {"part": {"more": 1, "inner": {"more": 1}}},
        {"pullSecrets": ["mine", {"name": "theirs"}]},
        {"annotations": {"prometheus.io/scrape": "true", "plain": ""}},
        {"nodes": {"kubernetes.io/arch": "amd64"}},
        {"tolerations": [{"operator": "Exists"}, {"key": "only", "value": "these", "effect": "NoSchedule"}]},
        {"tolerations": [{"key": "slow", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 3_600_000}]},
        {
            "sources": [
                {"secretRef": {"name": "mine", "optional": True}},
                {"prefix": "A_", "configMapRef": {"name": "b"}},
            ]
        },
        {"egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 443}, {"port": "http"}]}]},
        {"up": {"selectPolicy": "Max", "policies": [{"type": "Pods", "value": 2, "periodSeconds": 15}]}},
    ],
)
def test_what_fits_passes(schema: dict[str, Any], fit: dict[str, Any]) -> None:
    jsonschema.validate(fit, schema)


@pytest.mark.parametrize(
    ("unfit", "where", "says"),
    [
        ({"replica": 1}, [], "'replica' was unexpected"),
        ({"replicas": -1}, ["replicas"], "less than the minimum"),
        ({"replicas": "two"}, ["replicas"], "not of type 'integer'"),
        ({"image": {"tags": "x"}}, ["image"], "'tags' was unexpected"),
        ({"image": {"pullPolicy": "Sometimes"}}, ["image", "pullPolicy"], "is not one of"),
        ({"commands": [1]}, ["commands", 0], "not of type 'string'"),
        ({"resources": {"limits": {"cpu": "much"}}}, ["resources", "limits", "cpu"], "does not match"),
        ({"global": {"dataset": {"rows": 1}}}, ["global", "dataset"], "'rows' was unexpected"),
        ({"part": {"closed": {"more": 1}}}, ["part", "closed"], "'more' was unexpected"),
        # What the API server would refuse, or what it would drop without a word.
        ({"replicas": 2**31}, ["replicas"], "greater than the maximum"),
        ({"pullSecrets": [{"secret": "mine"}]}, ["pullSecrets", 0], "'secret' was unexpected|required"),
        ({"pullSecrets": ["Mine"]}, ["pullSecrets", 0], "does not match"),
        ({"annotations": {"a b": "c"}}, ["annotations"], "does not match"),
        ({"annotations": {"a": True}}, ["annotations", "a"], "not of type 'string'"),
        ({"nodes": {"a": "b c"}}, ["nodes", "a"], "does not match"),
        ({"tolerations": [{"key": "a", "opertor": "Exists"}]}, ["tolerations", 0], "'opertor' was unexpected"),
        ({"tolerations": [{"value": "a"}]}, ["tolerations", 0], "'key' is a required property"),
        ({"tolerations": [{"key": "a", "tolerationSeconds": 5}]}, ["tolerations", 0], "'effect' is a required"),
        ({"sources": [{"secretRef": {}}]}, ["sources", 0, "secretRef"], "'name' is a required property"),
        ({"egress": [{"to": [{}]}]}, ["egress", 0, "to", 0], "non-empty|enough properties"),
        (
            {"up": {"policies": [{"type": "Pods", "value": 0, "periodSeconds": 15}]}},
            ["up", "policies", 0, "value"],
            "less",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    schema: dict[str, Any], unfit: dict[str, Any], where: list[Any], says: str
) -> None:
    with pytest.raises(jsonschema.ValidationError, match=says) as caught:
        jsonschema.validate(unfit, schema)
    assert list(caught.value.absolute_path) == where
