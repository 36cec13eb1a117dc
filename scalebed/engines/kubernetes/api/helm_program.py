"""Which helm is called: the one of PATH, or else the one that was built for the testbed."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scalebed.messages import EngineError

LEAST, BELOW = (3, 18), (5,)
"""The versions that fit."""


@dataclass(frozen=True)
class HelmProgram:
    """One that can be called."""

    path: Path
    version: tuple[int, ...]

    @property
    def major(self) -> int:
        return self.version[0]


def find_helm(cache: Path) -> HelmProgram:
    """From PATH where its version fits, otherwise from what `scripts/cluster-tools` has built into the cache.

    Raises EngineError where there is none.
    """
    unfit = []
    for path in _candidates(cache):
        version = _version(path)
        if LEAST <= version < BELOW:
            return HelmProgram(path, version)
        said = ".".join(map(str, version)) if version else "no helm that runs"
        unfit.append(f"{path} is {said}")
    told = f"none fits ({'; '.join(unfit)})" if unfit else "was not found"
    raise EngineError(
        f"helm: {told}: install Helm 3.18 or newer, below 5, "
        f"or have it built by ./scripts/cluster-tools helm of a clone"
    )


def _candidates(cache: Path) -> Iterator[Path]:
    on_path = shutil.which("helm")
    if on_path is not None:
        yield Path(on_path)
    yield from sorted(cache.glob("airgap/bin-*/helm"), key=lambda path: path.lstat().st_mtime, reverse=True)


def _version(program: Path) -> tuple[int, ...]:
    """Empty where it says none."""
    try:
        done = subprocess.run(
            [str(program), "version", "--short"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    match = re.search(r"\bv(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, match.groups())) if match else ()
