"""Extras: packages that only some runs need, under the names by which pip brings them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from typing import Literal

from scalebed import paths
from scalebed.messages import EngineError

Extra = Literal["charts", "demo", "go", "kubernetes", "metrics", "parquet", "peers", "servers", "web"]

_OF_EXTRA = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*).*;.*\bextra\s*==\s*['\"](?P<extra>[a-z]+)['\"]")
_LISTED = 3
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")


def command(extra: Extra) -> str:
    """What brings it."""
    return f"pip install 'scalebed[{extra}]'" if paths.INSTALLED else f"pip install -e '{paths.ROOT}[{extra}]'"


@contextmanager
def wanted(extra: Extra, purpose: str) -> Iterator[None]:
    """For imports from an extra: raises EngineError with the command that brings it, where a package is not here."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] == "scalebed":
            raise
        raise EngineError(f"{purpose} needs the package {error.name}, which is not here: {command(extra)}") from error


def absent(extra: str) -> list[str]:
    """The packages that an extra names itself, other extras left out, and that are not here."""
    return [name for name in _named(extra) if not _here(name)]


def listed(missing: Sequence[str]) -> str:
    """A few of them, with the verb: `django, fastapi, granian and 3 more are`."""
    more = f" and {len(missing) - _LISTED} more" if len(missing) > _LISTED else ""
    return f"{', '.join(missing[:_LISTED])}{more} {'is' if len(missing) == 1 else 'are'}"


def _named(extra: str) -> Iterable[str]:
    if paths.INSTALLED:
        told = (_OF_EXTRA.match(line) for line in metadata.requires("scalebed") or ())
        return [match["name"] for match in told if match and match["extra"] == extra]
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    told = (_NAME.match(line) for line in project["optional-dependencies"][extra])
    return [match[0] for match in told if match and match[0] != "scalebed"]


def _here(name: str) -> bool:
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True
