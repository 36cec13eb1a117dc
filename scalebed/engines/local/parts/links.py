"""Connections between a service and its parts that can be made slow, or let nothing through, by Toxiproxy.

Where an experiment has such a fault, all of its cells have the proxy, so that they differ by the fault alone.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Processes, accepts, wait_until
from scalebed.messages import EngineError

LinkedPart = Literal["database", "cache"]
GROUP = "links"


class Links:
    """One Toxiproxy, with a link for each part."""

    def __init__(self, program: Path, processes: Processes, folder: Path, cores: Iterable[int] | None) -> None:
        self._port = free_port()
        self._ports: dict[LinkedPart, int] = {}
        child = processes.start(
            "Toxiproxy",
            [str(program), "-host", "127.0.0.1", "-port", str(self._port)],
            group=processes.group(GROUP),
            folder=folder,
            env={},
            log=folder / "toxiproxy.log",
            cores=cores,
        )
        wait_until(child, lambda: accepts(self._port), timeout_s=15)

    def add(self, part: LinkedPart, port: int) -> None:
        """Link to a part that listens on this port."""
        self._ports[part] = free_port()
        listens, leads = f"127.0.0.1:{self._ports[part]}", f"127.0.0.1:{port}"
        self._ask("POST", "/proxies", {"name": part, "listen": listens, "upstream": leads, "enabled": True})

    def through(self, part: LinkedPart, url: str) -> str:
        """The URL of a part, with the link's port; as it is where there is none."""
        if part not in self._ports:
            return url
        parts = urlsplit(url)
        place = parts.netloc.rpartition(":")[0]
        return urlunsplit(parts._replace(netloc=f"{place}:{self._ports[part]}"))

    @contextmanager
    def slow(self, part: LinkedPart, delay_s: float) -> Iterator[None]:
        """Each answer comes so much later."""
        with self._disturbed(part, "latency", {"latency": round(delay_s * 1000)}):
            yield

    @contextmanager
    def silent(self, part: LinkedPart) -> Iterator[None]:
        """Nothing comes through; when it is over, connections that were open meanwhile are closed."""
        with self._disturbed(part, "timeout", {"timeout": 0}):
            yield

    @contextmanager
    def _disturbed(self, part: LinkedPart, kind: str, attributes: dict[str, int]) -> Iterator[None]:
        place = f"/proxies/{part}/toxics"
        toxic = {"name": kind, "type": kind, "stream": "downstream", "toxicity": 1.0, "attributes": attributes}
        self._ask("POST", place, toxic)
        try:
            yield
        finally:
            self._ask("DELETE", f"{place}/{kind}", None)

    def _ask(self, method: str, path: str, body: object) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request(method, path, None if body is None else json.dumps(body))
            answer = connection.getresponse()
            said = answer.read().decode("utf-8", "replace").strip()
        except (OSError, http.client.HTTPException) as error:
            raise EngineError(f"Toxiproxy did not answer {method} {path} ({error}); run the same again") from error
        finally:
            connection.close()
        if answer.status >= 300:
            raise EngineError(f"Toxiproxy refused {method} {path}: {said[:200]}")
