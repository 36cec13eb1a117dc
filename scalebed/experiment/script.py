"""A k6 script of the user's own, as an experiment file names it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import field_validator

from scalebed.experiment.application import Place, Secret, Setting, VariableName
from scalebed.experiment.strict import Strict
from scalebed.experiment.variant import as_name


class Script(Strict):
    """One that knows nothing of the testbed. It is run as it is: what it imports and opens is found beside it."""

    script: Place
    exec: str = ""
    """The function that is one journey; its default function where none is named, or the one that its only scenario
    names."""
    env: Mapping[VariableName, Setting] = {}
    secrets: Mapping[VariableName, Secret] = {}
    rewrite: tuple[str, ...] = ()
    """Origins such as `https://shop.example`: requests to them go to the service instead."""

    @field_validator("rewrite")
    @classmethod
    def _origins(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for text in given:
            url = urlsplit(text)
            if url.scheme not in ("http", "https") or not url.hostname or url.path.strip("/") or re.search(r"\s", text):
                raise ValueError(f"must be an origin such as https://shop.example, not {text!r}")
        return given

    @field_validator("exec")
    @classmethod
    def _function(cls, given: str) -> str:
        if not re.fullmatch(r"([A-Za-z_$][\w$]*)?", given):
            raise ValueError(f"must be the name of a function that the script exports, not {given!r}")
        return given

    @property
    def name(self) -> str:
        """What the workload is called: the file's name, as far as names may have its letters."""
        return as_name(Path(self.script).stem)[:63] or "script"
