"""Programs of this machine: which version one is of, and a folder of links to some, to stand first in a PATH."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def version(argv: Sequence[str], pattern: re.Pattern[str], env: Mapping[str, str] | None = None) -> str | None:
    """The first group of the pattern in what a program says of its version, or None where it cannot be run."""
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=env, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = pattern.search(done.stdout)
    return match[1] if match and done.returncode == 0 else None


def linked(folder: Path, programs: Mapping[str, Path]) -> Path:
    """The folder, with a link to each program under its name."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, program in programs.items():
        link = folder / name
        if not link.is_symlink() or link.readlink() != program:
            # Renamed into place, as another process may look for it at this moment.
            made = folder / f".{name}-{os.getpid()}"
            made.unlink(missing_ok=True)
            made.symlink_to(program)
            made.replace(link)
    return folder
