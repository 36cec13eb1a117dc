"""Runs of one service as it was and as it became, written as a real run would be."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from synthetic import FINGERPRINT, Service, Synthetic

from scalebed.records.run_directory import RunDirectory

BEFORE = Service(cpu_ms=10.0, base_ms=20.0, database_ms=2.0)
HOST = {"cpu_model": "AMD EPYC", "cores": 8, "memory_bytes": 16_000_000_000, "architecture": "x86_64", "kernel": "6.1"}
GIVEN: dict[str, Any] = {"kind": "fixed-rate", "rates": [20], "duration": 8, "search": {"min_requests": 60}}
"""A load that is given, in place of a capacity that is sought."""


@dataclass(frozen=True)
class Measure:
    """Writes run directories into `folder`."""

    folder: Path

    def __call__(
        self,
        run: str,
        cpu_ms: float = 10.0,
        *,
        services: dict[str, Service] | None = None,
        fingerprint: dict[str, Any] | None = None,
        **experiment: Any,
    ) -> Path:
        """The path of one, of a service whose requests cost `cpu_ms`."""
        made = services or {"shop": Service(cpu_ms=cpu_ms, base_ms=2 * cpu_ms, database_ms=2.0)}
        known = {**FINGERPRINT, "host": HOST, **(fingerprint or {})}
        spec = {
            "variants": [{"name": variant, "service": "optimized"} for variant in made],
            "blocks": 5,
            "cpu_per_replica": 0.5,
            **experiment,
        }
        kept = _written(json.dumps([spec, known], sort_keys=True), tuple(made.items()))
        directory = RunDirectory(Path(shutil.copytree(kept, self.folder / run)))
        began = datetime.fromisoformat(directory.manifest().started) + timedelta(hours=len(list(self.folder.iterdir())))
        directory.create(directory.manifest().model_copy(update={"started": began.isoformat()}))
        return directory.path


_KEPT = TemporaryDirectory(prefix="scalebed-compared-")


@cache
def _written(told: str, services: tuple[tuple[str, Service], ...]) -> Path:
    """Written once: many tests begin with the same run, and its histograms take long to encode."""
    spec, known = json.loads(told)
    path = Path(_KEPT.name) / hashlib.sha256(f"{told} {services}".encode()).hexdigest()
    return Synthetic(path, services=dict(services), experiment=spec, seconds=4, fingerprint=known).write().path
