"""k6 with Scalebed's executors and output in it."""

from __future__ import annotations

from pathlib import Path

from scalebed.messages import Say
from scalebed.provision.go_program import GoProgram, ensure


def ensure_k6(cache: Path, source: Path, say: Say = print) -> Path:
    """The k6 in `cache` that was built from the Go module in `source` with the Go found here; built if missing.

    Raises EngineError where there is no Go or the build fails.
    """
    told = "Building k6 with Scalebed's extension (once; about two minutes) …"
    return ensure(cache, GoProgram("k6", source, ".", told), say)
