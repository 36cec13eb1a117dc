"""Reads k8s/versions.env, the one place that names versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from scalebed.messages import EngineError

_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=([A-Za-z0-9._:@/+-]+)")


def load(root: Path) -> Mapping[str, str]:
    """Name → version or image name; `root` is the clone. Raises EngineError naming the line that is wrong."""
    path = root / "k8s" / "versions.env"
    return parse(path.read_text(encoding="utf-8"), str(path))


def parse(text: str, where: str) -> Mapping[str, str]:
    """Shell reads the file too, so it knows nothing but comments and plain NAME=value lines, each name once."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise EngineError(f"{where}, line {number}: {line!r} is not NAME=value without blanks or quotes")
        name, value = match.groups()
        if name in found:
            raise EngineError(f"{where}, line {number}: {name} stands there twice; keep one")
        found[name] = value
    return found
