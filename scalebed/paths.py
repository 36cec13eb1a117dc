"""Where things are: the clone and the one cache folder."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """The folder for all that set-up and runs leave behind; the same that scripts/environment chooses."""
    named = os.environ.get("SCALEBED_CACHE")
    if named:
        return Path(named).resolve()
    if os.geteuid() == 0:
        return Path("/var/cache/scalebed")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scalebed"
