"""The load of an application of the user's own: a k6 script, or requests that the experiment file lists."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import field_validator, model_validator

from scalebed.experiment.application import Place, Secret, Setting, VariableName
from scalebed.experiment.requests import Request
from scalebed.experiment.strict import Strict
from scalebed.experiment.variant import as_name
from scalebed.paths import ROOT

_OF_REQUESTS = ROOT / "loadtest" / "own" / "requests.js"


class Script(Strict):
    """A script that knows nothing of the testbed is run as it is: what it imports and opens is found beside it."""

    script: Place | None = None
    requests: tuple[Request, ...] = ()
    """In its place: each arrival is one of these."""
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

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.script is None) == (not self.requests):
            raise ValueError("needs either a script of k6's, or requests, such as [{get: /}]")
        for key in ("exec", "rewrite") if self.requests else ():
            if getattr(self, key):
                raise ValueError(f"{key}: belongs to a script")
        for place, request in enumerate(self.requests):
            if (name := request.open_but({**self.env, **self.secrets})) is not None:
                raise ValueError(
                    f"requests.{place}: {{{name}}} is nothing; give it values, or a variable in env or secrets"
                )
        names = [request.name for request in self.requests]
        if again := next((name for name in names if names.count(name) > 1), None):
            raise ValueError(f"requests: two are called {again}; give one of them a name of its own")
        return self

    @property
    def file(self) -> Path:
        """The script that k6 runs."""
        return _OF_REQUESTS if self.script is None else Path(self.script)

    @property
    def variables(self) -> Mapping[str, str]:
        """What the script finds in `__ENV`, but for secrets."""
        if not self.requests:
            return self.env
        known = {*self.env, *self.secrets}
        told = [
            {**request.model_dump(mode="json"), "variables": [name for name in request.placeholders if name in known]}
            for request in self.requests
        ]
        return {**self.env, "REQUESTS": json.dumps(told)}

    @property
    def name(self) -> str:
        """What the workload is called: the file's name, as far as names may have its letters."""
        return as_name(self.file.stem)[:63] or "script"
