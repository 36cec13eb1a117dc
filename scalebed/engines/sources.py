"""What an application is made of, file by file, so that a change of it is seen wherever it is kept."""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

_CODE = re.compile(
    r"\.(py|pyx|[cm]?[jt]sx?|vue|svelte|rb|erb|php|go|rs|java|kts?|scala|groovy|clj|cs|fs|exs?|h?eex|erl|pl|pm|lua|swift|[ch]"
    r"|cc|[ch]pp|sql|graphql|proto|html?|j2|jinja2?|tmpl|mustache|hbs|twig|sh|toml|ya?ml|env|conf|ini|properties)$|^Procfile$",
    re.IGNORECASE,
)
"""What code and configuration are called. Data may change while it is measured, and these must not."""
_EXPERIMENT = re.compile(r"^scalebed.*\.ya?ml$")
"""An experiment may lie beside what it measures, and is compared for itself."""
_DATA = re.compile(r"\.(db|sqlite3?|log|pid|sock)$", re.IGNORECASE)
"""Files that a command may name, and that change while it runs."""
_NOT_ITS_OWN = frozenset({"node_modules", "site-packages", "__pycache__", "vendor", "runs"})
"""Folders of packages, which locks pin, and of what the testbed writes."""
_REMEMBERED: dict[Path, tuple[tuple[int, int, int], str]] = {}
_SETTLED_NS = 2_000_000_000
"""A file that was written just now may be written again within the same tick of its clock."""
MOST = 5000
"""So many files are told apart; of more, only that any has changed."""


def digests(folder: Path) -> Mapping[str, str]:
    """By path within the folder, of its code; under `.` of all together where it is too much to tell apart."""
    found = {str(path.relative_to(folder)): digest(path) for path in _code(folder)}
    if len(found) <= MOST:
        return found
    return {".": hashlib.sha256("\n".join(f"{name} {found[name]}" for name in sorted(found)).encode()).hexdigest()[:16]}


def digest(path: Path) -> str:
    """Of one file; `gone` where it cannot be read."""
    try:
        with path.open("rb") as file:
            found = os.fstat(file.fileno())
            state = (found.st_size, found.st_mtime_ns, found.st_ino)
            if (remembered := _REMEMBERED.get(path)) is not None and remembered[0] == state:
                return remembered[1]
            read = hashlib.file_digest(file, "sha256").hexdigest()[:16]
    except OSError:
        return "gone"
    if time.time_ns() - found.st_mtime_ns > _SETTLED_NS:
        _REMEMBERED[path] = (state, read)
    return read


def named(program: str | None, words: Iterable[str], folder: Path) -> Mapping[str, str]:
    """By path, of the program that a command runs and of the files in `folder` that its words name: a binary that is
    built anew, or `app.jar`, is no code by its name."""
    found = [] if program is None else [Path(program)]
    for word in words:
        for part in {word, word.rpartition("=")[2]}:
            with suppress(OSError, ValueError):  # a word may be no name that a file can have
                place = folder / part
                if part and place.is_file() and place.resolve().is_relative_to(folder.resolve()):
                    found.append(place)
    return {str(path): digest(path) for path in found if not _DATA.search(path.name)}


def _code(folder: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(folder):
        place = Path(where)
        # Environments have a file of their own at their top.
        folders[:] = sorted(
            name
            for name in folders
            if name not in _NOT_ITS_OWN and not name.startswith(".") and not (place / name / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if _CODE.search(name) and not _EXPERIMENT.search(name) and (place / name).is_file():
                yield place / name
