"""Reads YAML that says each thing once: of a key given twice, PyYAML keeps the last without a word."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import yaml

_MERGE = "tag:yaml.org,2002:merge"


class RepeatedKeyError(yaml.constructor.ConstructorError):
    """A key stands twice in one mapping; as text it is one sentence, with both lines."""

    def __init__(self, key: str, first: yaml.Mark, second: yaml.Mark) -> None:
        super().__init__(problem=f"{key} is given twice", problem_mark=second)
        lines = (first.line + 1, second.line + 1)
        where = f"in line {lines[0]}" if lines[0] == lines[1] else f"in lines {lines[0]} and {lines[1]}"
        self.sentence = f"{key} is given twice, {where}; leave one of them out"

    def __str__(self) -> str:
        return self.sentence


class SingleLoader(yaml.SafeLoader):
    """Safe, and refuses a mapping with a key that it has already."""

    def get_single_node(self) -> yaml.Node | None:
        root: yaml.Node | None = super().get_single_node()
        if root is not None:
            _require_single(root)
        return root

    def get_node(self) -> yaml.Node | None:
        root: yaml.Node | None = super().get_node()
        if root is not None:
            _require_single(root)
        return root


def read(text: str) -> Any:
    """The one document. Raises yaml.YAMLError, and of it RepeatedKeyError for a key that is given twice."""
    with _as_yaml_errors():
        return yaml.load(text, Loader=SingleLoader)  # noqa: S506, a SafeLoader


def read_all(text: str) -> list[Any]:
    """Every document. Raises as `read` does."""
    with _as_yaml_errors():
        return list(yaml.load_all(text, Loader=SingleLoader))


@contextmanager
def _as_yaml_errors() -> Iterator[None]:
    try:
        yield
    except ValueError as error:  # of a date such as 2026-02-30
        raise yaml.YAMLError(str(error)) from error
    except RecursionError as error:
        raise yaml.YAMLError("is nested too deeply") from error


def sentence(error: yaml.YAMLError | UnicodeDecodeError) -> str:
    """The rest of one, after the name of the file: what is wrong with its YAML."""
    if isinstance(error, RepeatedKeyError):
        return str(error)
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        # Not the line itself: it may hold a secret.
        mark, said = error.problem_mark, ", ".join(filter(None, (error.context, error.problem)))
        return f"is not YAML: {said} (line {mark.line + 1}, column {mark.column + 1})"
    return f"is not YAML: {' '.join(str(error).split())}"


def _require_single(root: yaml.Node) -> None:
    for mapping in _mappings(root):
        seen: dict[object, yaml.Mark] = {}
        for key, _ in mapping.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            value = _value(key)
            if value in seen:
                raise RepeatedKeyError(key.value, seen[value], key.start_mark)
            seen[value] = key.start_mark


def _mappings(root: yaml.Node) -> Iterator[yaml.MappingNode]:
    """Each once, however many aliases lead to it."""
    met: set[int] = set()
    left = [root]
    while left:
        node = left.pop()
        if id(node) in met or isinstance(node, yaml.ScalarNode):
            continue
        met.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield node
            left += [each for pair in node.value for each in pair]
        else:
            left += node.value


def _value(key: yaml.ScalarNode) -> object:
    """What the key comes to: `on` and `true` are one. `<<` is none of the keys that it brings."""
    if key.tag == _MERGE:
        return (_MERGE,)
    value: object = yaml.SafeLoader("").construct_object(key)
    return value
