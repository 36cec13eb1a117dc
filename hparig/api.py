"""The API server, asked in JSON over one connection that stays open; one for each thread."""

from __future__ import annotations

import http.client
import json
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalebed.messages import EngineError

Object = dict[str, Any]
_FORMS = {"PATCH": "application/merge-patch+json", "REPLACE": "application/json-patch+json"}


@dataclass(frozen=True)
class Address:
    """Where it listens on loopback, and how to be let in."""

    port: int
    ca: Path
    token: str


class Api:
    """Raises EngineError where the answer is no success."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._connection: http.client.HTTPSConnection | None = None

    def get(self, path: str) -> Object:
        return self._ask("GET", path)

    def create(self, path: str, body: Object) -> Object:
        return self._ask("POST", path, body)

    def patch(self, path: str, body: Object) -> Object:
        return self._ask("PATCH", path, body)

    def replace_spec(self, path: str, spec: Object) -> Object:
        """Whole: a merge would leave what the new one does not have."""
        return self._ask("REPLACE", path, [{"op": "replace", "path": "/spec", "value": spec}])

    def delete(self, path: str) -> Object:
        return self._ask("DELETE", path)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, method: str, path: str, body: Object | list[Object] | None = None) -> Object:
        try:
            status, content = self._sent(method, path, body)
        except (OSError, http.client.HTTPException):
            # Whoever was asked may have closed a connection that was idle.
            self.close()
            try:
                status, content = self._sent(method, path, body)
            except (OSError, http.client.HTTPException) as error:
                self.close()
                raise EngineError(f"{method} {path}: the API server cannot be reached ({error})") from error
        if status >= 400:
            raise EngineError(f"{method} {path}: {status} {content.decode(errors='replace')[:300]}")
        answer: Object = json.loads(content) if content else {}
        return answer

    def _sent(self, method: str, path: str, body: Object | list[Object] | None) -> tuple[int, bytes]:
        if self._connection is None:
            context = ssl.create_default_context(cafile=str(self._address.ca))
            self._connection = http.client.HTTPSConnection("127.0.0.1", self._address.port, timeout=30, context=context)
        form = _FORMS.get(method, "application/json")
        method = "PATCH" if method in _FORMS else method
        headers = {"Authorization": f"Bearer {self._address.token}", "Content-Type": form, "Accept": "application/json"}
        self._connection.request(method, path, None if body is None else json.dumps(body).encode(), headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()
