"""Values that stand in no file of a run: read where they are kept, when they are needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from scalebed.experiment.application import Header, Secret
from scalebed.messages import EngineError


def values(secrets: Mapping[str, Secret]) -> dict[str, str]:
    """By name. Raises EngineError, which names what is missing and never what is there."""
    return {name: _value(name, secret) for name, secret in secrets.items()}


def header_values(headers: Mapping[str, Header]) -> dict[str, str]:
    """What each header says. Raises EngineError, which names what is missing and never what is there."""
    found = {}
    for name, header in headers.items():
        place = f"service.headers.{name}"
        found[name] = _read(place, header.variable, header.file) if header.value is None else header.value
        if not (found[name].isascii() and found[name].isprintable()):
            raise EngineError(f"{place}: must be one line of plain text; see to where it is read from")
    return found


def _value(name: str, secret: Secret) -> str:
    return _read(f"secrets.{name}", secret.variable, secret.file)


def _read(place: str, variable: str | None, file: str | None) -> str:
    if variable is not None:
        if variable not in os.environ:
            raise EngineError(f"{place}: the variable {variable} is not set; export it before the run")
        return os.environ[variable]
    path = Path(file or "")
    try:
        return path.read_text(encoding="utf-8").rstrip("\n")
    except UnicodeDecodeError as error:  # whose own words hold some of what was read
        raise EngineError(f"{place}: {path} is no text in UTF-8; name a readable file of text") from error
    except OSError as error:
        raise EngineError(f"{place}: {path} cannot be read ({error}); name a readable file of text") from error
