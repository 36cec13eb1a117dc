"""Programs that installed wheels bring."""

from __future__ import annotations

import platform
from importlib.util import find_spec
from pathlib import Path

from scalebed.messages import EngineError


def package(name: str) -> Path:
    """The folder of an installed package."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EngineError(f"The wheel of {name} is not installed: run this through scripts/cluster or scripts/airgap")
    return Path(next(iter(spec.submodule_search_locations)))


def only(folder: Path, pattern: str) -> Path:
    """The first file of this pattern; raises EngineError where the wheel is another machine's."""
    found = sorted(folder.glob(pattern))
    if not found:
        raise EngineError(f"{folder} has no {pattern}: this wheel is not for {platform.machine()}")
    return found[0]
