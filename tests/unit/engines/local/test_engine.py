"""Which servers an experiment needs here."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.engines.local.engine import parts_for
from scalebed.experiment.spec import parse_experiment

COMMAND = {"command": "serve $BIND"}


@pytest.mark.parametrize(
    ("keys", "parts"),
    [
        ({"service": {"url": "http://127.0.0.1:8000"}}, set()),
        ({"service": COMMAND, "replicas": [1]}, {"nginx"}),
        ({"service": COMMAND, "cache": "valkey"}, {"nginx", "valkey"}),
        ({"service": COMMAND, "database": {"setup": []}}, {"nginx", "postgres"}),
        ({"service": COMMAND, "database": {"pooler": "session"}}, {"nginx", "postgres", "pgbouncer"}),
        ({"service": COMMAND, "variants": ["naive", {"name": "mine"}]}, {"nginx", "postgres", "pgbouncer", "valkey"}),
    ],
)
def test_only_the_parts_that_run_are_needed(keys: dict[str, object], parts: set[str], tmp_path: Path) -> None:
    script = tmp_path / "load.js"
    script.write_text("export default function () {}\n")
    spec = parse_experiment({"name": "x", "load": {"script": str(script)}, **keys}, "x")
    assert parts_for(spec) == parts


def test_the_shipped_services_need_all_of_them() -> None:
    spec = parse_experiment({"name": "x", "variants": ["naive"]}, "x")
    assert parts_for(spec) == {"nginx", "postgres", "pgbouncer", "valkey"}
