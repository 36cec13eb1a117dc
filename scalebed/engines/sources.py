"""What an application is made of, file by file, so that a change of it is seen wherever it is kept."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

_CODE = re.compile(
    r"\.(py|pyx|[cm]?[jt]sx?|vue|svelte|rb|erb|php|go|rs|java|kts?|scala|groovy|clj|cs|fs|exs?|h?eex|erl|pl|pm|lua|swift|[ch]"
    r"|cc|[ch]pp|sql|graphql|proto|html?|j2|jinja2?|tmpl|mustache|hbs|twig|sh)$",
    re.IGNORECASE,
)
"""What code is called. Data may change while it is measured, and code must not."""
_NOT_ITS_OWN = frozenset({"node_modules", "site-packages", "__pycache__", "vendor", "runs"})
"""Folders of packages, which locks pin, and of what the testbed writes."""
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
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError:
        return "gone"


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
            if _CODE.search(name) and (place / name).is_file():
                yield place / name
