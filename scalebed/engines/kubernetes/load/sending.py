"""Brings a script of the user's own, and its secrets, to where runners find them, and takes them away."""

from __future__ import annotations

import secrets as tokens
from collections.abc import Mapping
from pathlib import Path

from scalebed.engines.k6.script import Inspected, journey, ways, wrapper
from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.load.bundle import Bundle, bundle
from scalebed.engines.secrets import values
from scalebed.experiment.script import Script
from scalebed.measurement.load import Target
from scalebed.messages import EngineError


class Sending:
    """One run's, to the namespace of its runners; `arrivals` is the file that says how load arrives."""

    def __init__(self, api: Api, namespace: str, arrivals: Path) -> None:
        self._api = api
        self._namespace = namespace
        self._arrivals = arrivals
        self._run = tokens.token_hex(4)
        self._made: list[str] = []

    def packed(
        self, script: Script, inspected: Inspected, target: Target, secrets: Mapping[str, str] | None = None
    ) -> Bundle:
        """What would be sent. Raises EngineError where it cannot be."""
        entry = wrapper(script.file, self._arrivals, journey(inspected, script.exec), insecure=target.insecure)
        asked = ways(script.rewrite, target.headers)
        hidden = dict(secrets or {})
        if "TARGET_HEADERS" in asked:  # some may be secrets
            hidden["TARGET_HEADERS"] = asked.pop("TARGET_HEADERS")
        files = {self._arrivals, *inspected.files, *inspected.around}
        return bundle(files, entry, {**script.variables, **asked}, hidden, self._run)

    def send(self, script: Script, inspected: Inspected, target: Target, owner: Mapping[str, str]) -> Bundle:
        """`owner`: annotations that say whose it is. Raises EngineError."""
        made = self.packed(script, inspected, target, values(script.secrets))
        for each in made.config_maps:
            self._post("configmaps", each, owner)
        if made.secret is not None:
            self._post("secrets", made.secret, owner)
        return made

    def _post(self, kind: str, body: Json, owner: Mapping[str, str]) -> None:
        """One that was made for another cell is made anew."""
        body["metadata"]["annotations"] = dict(owner)
        place = path(kind, self._namespace, body["metadata"]["name"])
        if place in self._made:
            self._api.delete(place)
        else:
            self._made.append(place)
        self._api.post(path(kind, self._namespace), body)

    def take_away(self) -> None:
        """All of it, even where one cannot be: then the first EngineError is raised. Safe to call twice."""
        errors: list[EngineError] = []
        for place in self._made:
            try:
                self._api.delete(place)
            except EngineError as error:
                errors.append(error)
        self._made.clear()
        if errors:
            raise errors[0]
