"""Where things are: what the testbed reads beside its code, and the one cache folder."""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent

INSTALLED = (_PACKAGE / "shipped").is_dir()
"""Whether this is an installed copy, under which a wheel puts what a clone has beside the package."""
ROOT = _PACKAGE / "shipped" if INSTALLED else _PACKAGE.parent
"""The folder with `apps/`, `charts/` and `loadtest/`: the clone, or within an installed copy."""
COMMAND = "scalebed" if INSTALLED else "./scripts/scalebed"
"""What whoever reads a command has to type."""


def cache() -> Path:
    """The folder for all that set-up and runs leave behind; the same that scripts/environment chooses."""
    named = os.environ.get("SCALEBED_CACHE")
    if named:
        return Path(named).resolve()
    if os.geteuid() == 0:
        return Path("/var/cache/scalebed")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scalebed"
