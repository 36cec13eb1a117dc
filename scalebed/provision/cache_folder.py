"""The cache folder, made and fit to be used."""

from __future__ import annotations

import os
from pathlib import Path

from scalebed import paths
from scalebed.messages import EngineError


def ready_cache() -> Path:
    """The cache folder, which is there after this. Raises EngineError where nothing can be written in it."""
    folder = paths.cache()
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            # Servers that refuse to run as root run as somebody else, who has to enter it.
            folder.chmod(folder.stat().st_mode | 0o555)
    except OSError as error:
        raise EngineError(
            f"{folder}: cannot be made ({error.strerror}); set SCALEBED_CACHE to a folder that can"
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise EngineError(f"{folder}: cannot be written; set SCALEBED_CACHE to a folder that can")
    return folder
