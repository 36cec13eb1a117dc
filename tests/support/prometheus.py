"""A real Prometheus on loopback, and what it answers."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from scalebed.engines.local.isolation.ports import free_port
from scalebed.paths import ROOT

MONITORING = ROOT / "monitoring"
_SCRAPED = "127.0.0.1:9464"


@cache
def tools() -> Path:
    """The folder of prometheus and promtool, built where there are none that fit."""
    argv: list[str | Path] = [ROOT / "scripts" / "cluster-tools", "prometheus", "promtool"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


def promtool(*arguments: str | Path, given: bytes = b"") -> tuple[int, str]:
    """Its exit code, and all that it says."""
    argv = [tools() / "promtool", *arguments]
    done = subprocess.run(argv, input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout.decode()


class Prometheus:
    """One that runs; it takes what is pushed, too."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.moment: float | None = None
        """In unix seconds, which a test may keep here to ask for it later."""
        self._client = httpx.Client(base_url=url, timeout=30)

    def query(self, expression: str, at: float | None = None) -> list[tuple[Mapping[str, str], Any]]:
        """Each series with its value, now or at a moment: a number, or a native histogram as it tells one."""
        moment = {} if at is None else {"time": str(at)}
        answer = self._client.get("/api/v1/query", params={"query": expression, **moment})
        assert answer.status_code == 200, answer.text
        found = answer.json()["data"]["result"]
        return [
            (each["metric"], each["histogram"][1] if "histogram" in each else float(each["value"][1])) for each in found
        ]

    def names(self, run: str) -> set[str]:
        """Of all series that a run told; what rules make of them is called otherwise."""
        answer = self._client.get("/api/v1/label/__name__/values", params={"match[]": f'{{run="{run}"}}'})
        return {name for name in answer.json()["data"] if name.startswith("scalebed_")}

    def ready(self) -> bool:
        try:
            return self._client.get("/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def close(self) -> None:
        self._client.close()


@contextmanager
def prometheus(folder: Path, scraped: str = _SCRAPED) -> Iterator[Prometheus]:
    """With the configuration and the rules of `monitoring/`; `scraped`: where a run tells its metrics."""
    shutil.copytree(MONITORING, folder / "monitoring")
    config = folder / "monitoring" / "prometheus.yml"
    config.write_text(config.read_text(encoding="utf-8").replace(_SCRAPED, scraped), encoding="utf-8")
    port = free_port()
    argv: list[str | Path] = [
        tools() / "prometheus",
        f"--config.file={config}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--web.enable-remote-write-receiver",
        "--web.enable-otlp-receiver",
    ]
    with (folder / "prometheus.log").open("wb") as log, subprocess.Popen(argv, stdout=log, stderr=log) as process:
        running = Prometheus(f"http://127.0.0.1:{port}")
        try:
            until(lambda: running.ready() or process.poll() is not None, 60)
            assert process.poll() is None, (folder / "prometheus.log").read_text(encoding="utf-8")
            yield running
        finally:
            running.close()
            process.terminate()
            process.wait(30)


def until(there: Callable[[], bool], at_most_s: float) -> None:
    """Wait for it; what it asserts says more than that it took too long."""
    end = time.monotonic() + at_most_s
    while not there():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.1)
