"""Values that stand in no file of a run: read where they are kept, when they are needed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from scalebed.experiment.application import Header, Secret
from scalebed.experiment.spec import Experiment
from scalebed.messages import EngineError
from scalebed.secrecy import SHORTEST, VEIL


def values(secrets: Mapping[str, Secret]) -> dict[str, str]:
    """By name; from now on they are blotted out. Raises EngineError, which names what is missing and never what is
    there."""
    found = {name: _value(name, secret) for name, secret in secrets.items()}
    for value in found.values():
        VEIL.add(value)
    return found


def remarks(experiment: Experiment) -> Iterator[str]:
    """Sentences on secrets that cannot be blotted out of what is written."""
    told = {variant.name: variant.application.secrets for variant in experiment.variants if variant.application}
    if experiment.load is not None:
        told["load"] = experiment.load.secrets
    for where, secrets in told.items():
        for name, secret in secrets.items():
            with contextlib.suppress(EngineError):  # what cannot be read is told where it is needed
                if len(_value(name, secret).strip()) < SHORTEST:
                    yield (
                        f"{where}: the secret {name} is shorter than {SHORTEST} characters, so it is not blotted out "
                        "where a script or a service says it; give it a longer value."
                    )


def header_values(headers: Mapping[str, Header]) -> dict[str, str]:
    """What each header says. Raises EngineError, which names what is missing and never what is there."""
    found = {}
    for name, header in headers.items():
        place = f"service.headers.{name}"
        found[name] = _read(place, header.variable, header.file) if header.value is None else header.value
        if header.value is None:
            VEIL.add(found[name])
            VEIL.add(found[name].partition(" ")[2])  # a token without the word before it, such as Bearer
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
