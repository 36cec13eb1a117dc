"""A folder of links to programs, to stand first in a PATH."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path


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
