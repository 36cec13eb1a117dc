"""Which Python will do for the services whose packages want a newer one than this process runs on."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scalebed.messages import EngineError
from scalebed.provision import programs
from scalebed.provision.go import numbers
from scalebed.provision.network import passed_on

LEAST = (3, 12)
"""The oldest that the services are written for: what their locks were resolved for."""
_VERSION = re.compile(r"\APython (\d+\.\d+\.\d+)\S*\s*\Z")
_NAMES = ("python3", "python3.14", "python3.13", "python3.12")


@dataclass(frozen=True)
class Python:
    """An interpreter, of which a build makes an environment."""

    version: str
    program: Path

    def programs(self, cache: Path) -> Path:
        """A folder with a link to it as `python3`, for PATH."""
        return programs.linked(cache / "python" / self.version, {"python3": self.program})


def pip_environment(cache: Path) -> dict[str, str]:
    """The environment pip runs in: its own variables, what a network may need, and its cache in ours."""
    own = {key: value for key, value in os.environ.items() if key.startswith("PIP_")}
    return {"PIP_CACHE_DIR": str(cache / "pip"), "PIP_DISABLE_PIP_VERSION_CHECK": "1", **passed_on("HOME"), **own}


def find_python(least: tuple[int, ...] = LEAST) -> Python:
    """This process's own where it is new enough, then PATH's, then pyenv's.

    Raises EngineError with what to do where there is none.
    """
    found: dict[str, None] = {}
    for program in _candidates():
        version = python_version(program)
        if version is not None and numbers(version) >= least:
            return Python(version, program)
        if version is not None:
            found[f"{program} is {version}"] = None
    needed = ".".join(map(str, least))
    raise EngineError(
        f"Python {needed} or newer is needed ({'; '.join(found) or 'there is none'}): install one, so that "
        f"python{needed} or a newer one is on PATH"
    )


def python_version(program: Path) -> str | None:
    """`3.13.0`, or None where it cannot be run."""
    return programs.version([str(program), "--version"], _VERSION)


def _candidates() -> Iterator[Path]:
    yield Path(getattr(sys, "_base_executable", sys.executable))
    yield from (Path(found) for name in _NAMES if (found := shutil.which(name)))
    # Where pyenv's versions are installed but not chosen, those on PATH are wrappers that refuse to run.
    beside = Path(sys.base_prefix).parent
    folders = [Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"]
    # Whoever runs on one of them finds the others beside it, whatever the home.
    folders += [beside] if beside.name == "versions" and beside not in folders else []
    for folder in folders:
        yield from sorted(folder.glob("3.*/bin/python3"), key=lambda path: numbers(path.parts[-3]), reverse=True)
