"""JSON Schema of a chart's values, from values.yaml alone: types from the defaults, sentences from the comments.

A value is described by the comment lines directly above its key: `# -- …` is its description, as helm-docs reads it,
and `# @schema {…}` before that a line of YAML with JSON Schema keywords, which go before what the default tells.
An object takes no other keys than those that it has by default; one that has none takes any. A whole number is at most
what one in an object of the cluster can be.
`additionalProperties: true` opens it, and every object in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

import yaml

from docsmith.chart_shapes import INT32, SHAPES, Schema
from scalebed import yaml_reader
from scalebed.yaml_reader import SingleLoader

_TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}


def values_schema(title: str, values: str) -> str:
    """The schema, as text; `values` is the text of values.yaml."""
    root = yaml.compose(values, Loader=SingleLoader)
    if not isinstance(root, yaml.MappingNode):
        raise TypeError(f"{title}: values.yaml must be a mapping")
    schema: Schema = {"$schema": "http://json-schema.org/draft-07/schema#", "title": title}
    schema |= _mapping(root, values.splitlines(), {})
    # Helm hands the `global` values of all charts to each.
    schema["properties"].get("global", {})["additionalProperties"] = True
    if "#/$defs/" in json.dumps(schema):
        schema["$defs"] = _used(json.dumps(schema))
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _used(text: str) -> Schema:
    """The shapes that a schema refers to, and those that they refer to themselves."""
    found = {name for name in SHAPES if f'"#/$defs/{name}"' in text}
    inside = {name for name in SHAPES if f'"#/$defs/{name}"' in json.dumps([SHAPES[each] for each in found])}
    return {name: shape for name, shape in SHAPES.items() if name in found | inside}


def _mapping(node: yaml.MappingNode, lines: Sequence[str], given: Schema) -> Schema:
    schema: Schema = {"type": "object"}
    if node.value and "$ref" not in given:
        open_ = given.get("additionalProperties") is True
        schema["properties"] = {
            key.value: _value(value, lines, *_comment(lines, key.start_mark.line), open_) for key, value in node.value
        }
        schema["additionalProperties"] = False
    return schema | given


def _value(node: yaml.Node, lines: Sequence[str], description: str, given: Schema, open_: bool) -> Schema:
    told: Schema = {"description": description} if description else {}
    if open_ and isinstance(node, yaml.MappingNode):
        given = {"additionalProperties": True, **given}
    if "$ref" in given:
        # Beside a reference, this version of JSON Schema reads nothing else.
        return told | {"allOf": [{"$ref": given["$ref"]}]}
    if isinstance(node, yaml.MappingNode):
        return told | _mapping(node, lines, given)
    default = yaml.SafeLoader("").construct_object(node, deep=True)
    schema: Schema = {"type": _TYPES[type(default)]}
    if schema["type"] == "integer":
        schema["maximum"] = INT32
    if isinstance(default, list):
        schema["items"] = {"type": "string"}
    return told | schema | given


def _comment(lines: Sequence[str], key: int) -> tuple[str, Schema]:
    """The description and the keywords in the comment above line `key`."""
    first = key
    while first > 0 and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    words: list[str] = []
    given: Schema = {}
    for line in (line.strip().removeprefix("#").strip() for line in lines[first:key]):
        if line.startswith("@schema "):
            given = yaml_reader.read(line.removeprefix("@schema "))
        elif line.startswith("-- "):
            words = [line.removeprefix("-- ")]
        elif words and not line.startswith("@"):
            words.append(line)
    return " ".join(words), given
