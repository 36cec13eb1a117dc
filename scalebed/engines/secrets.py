"""Values that stand in no file of a run: read where they are kept, when they are needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scalebed.experiment.application import Secret
from scalebed.messages import EngineError


def values(secrets: Mapping[str, Secret]) -> dict[str, str]:
    """By name. Raises EngineError, which names what is missing and never what is there."""
    return {name: _value(name, secret) for name, secret in secrets.items()}


def _value(name: str, secret: Secret) -> str:
    if secret.variable is not None:
        if secret.variable not in os.environ:
            raise EngineError(f"secrets.{name}: the variable {secret.variable} is not set; export it before the run")
        return os.environ[secret.variable]
    path = Path(secret.file or "")
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EngineError(f"secrets.{name}: {path} cannot be read ({error}); name a readable file of text") from error
