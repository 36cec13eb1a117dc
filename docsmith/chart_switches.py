"""A service's switches as values of its chart: what variant.toml declares, in YAML, between two marks.

`# from: apps/NAME/variant.toml` … `# end` in a values file holds the switches with their defaults and the database
objects' command; with `, documented` after the name each switch also has its description and its schema. The command
is one of apps/dataset. Of a service that is built its image has no Python for that, so it runs in naive's.
"""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

_BLOCK = re.compile(
    r"^(?P<indent> *)# from: (?P<path>apps/\S+/variant\.toml)(?P<documented>, documented)?\n.*?^(?P=indent)# end\n",
    re.MULTILINE | re.DOTALL,
)


def filled(values: str, root: Path) -> str:
    """The text of a values file with every block made anew."""

    def block(match: re.Match[str]) -> str:
        declared = tomllib.loads((root / match["path"]).read_text(encoding="utf-8"))
        documented = match["documented"] is not None
        mark = f"# from: {match['path']}{match['documented'] or ''}"
        folder = Path(match["path"]).parent
        lines = [mark, *_switches(declared, documented), *_objects(declared, folder, documented), "# end"]
        return "".join(f"{match['indent']}{line}\n" for line in lines)

    return _BLOCK.sub(block, values)


def _switches(declared: Mapping[str, Any], documented: bool) -> Iterator[str]:
    if documented:
        yield "# @schema {additionalProperties: false}"
    yield "switches:"
    for name, default in declared["switches"].items():
        if documented:
            allowed = declared["values"][name]
            clone = "; another choice is another clone" if name in declared["object_switches"] else ""
            yield f"  # @schema {_schema(allowed)}"
            yield f"  # -- {_words(allowed)}{clone}"
        yield f"  {name}: {_scalar(default)}"


def _objects(declared: Mapping[str, Any], folder: Path, documented: bool) -> Iterator[str]:
    if "objects" not in declared:
        return
    command = declared["objects"]
    words = shlex.split(command) if isinstance(command, str) else command
    yield "database:"
    yield "  objects:"
    if documented:
        yield "    # -- Makes a clone's extra objects match the switches."
    yield f"    command: [{', '.join(words)}]"
    if "build" in declared:
        yield "    image:"
        if documented:
            yield "      # -- What the command runs in."
        yield "      repository: scalebed/naive"
        if documented:
            yield "    # -- And where in it."
        yield f"    folder: /srv/{folder.as_posix()}"
    if documented:
        yield "    # -- Switches that decide them."
    yield f"    switches: [{', '.join(declared['object_switches'])}]"


def _schema(allowed: str | Sequence[str]) -> str:
    if isinstance(allowed, str):
        least, most = allowed.split("..")
        return f'{{type: [string, integer], pattern: "^[1-9][0-9]*$", minimum: {least}, maximum: {most}}}'
    # YAML reads a bare on or off as a truth value.
    truths = [truth for word, truth in (("on", "true"), ("off", "false")) if word in allowed]
    # And bare digits as a number. helm-unittest takes that for equal to its text, so one list may not have both.
    numbers = [value for value in allowed if value.isdigit()]
    choice = f"enum: [{', '.join([*(_scalar(value) for value in allowed), *truths])}]"
    if numbers:
        choice = f"anyOf: [{{{choice}}}, {{enum: [{', '.join(numbers)}]}}]"
    kinds = ["string", *(["boolean"] if truths else []), *(["integer"] if numbers else [])]
    told = f"type: [{', '.join(kinds)}], " if len(kinds) > 1 else ""
    return f"{{{told}{choice}}}"


def _words(allowed: str | Sequence[str]) -> str:
    if isinstance(allowed, str):
        return f"a whole number from {allowed.replace('..', ' to ')}"
    return ", ".join(f"`{value}`" for value in allowed)


def _scalar(value: str) -> str:
    """Quoted where YAML would take it for something else than text."""
    return json.dumps(value) if value in {"on", "off", "yes", "no", "true", "false"} or value.isdigit() else value
