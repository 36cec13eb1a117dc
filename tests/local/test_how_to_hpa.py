"""The how-to page about autoscalers: its commands lead from a capacity run to a manifest."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pages import script
from synthetic import OPTIMIZED, Synthetic

from scalebed import paths
from scalebed.autoscaling.spec import Spec
from scalebed.cli.manifests import Named, manifest, read

PAGE = "set-your-hpa"
RATES = "second,rate\n0,100\n30,700\n75,100\n90,100\n"
"""The run's replicas carry some 550 a second each."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of capacity, an autoscaler and a load, and after the page's commands what they made of it."""
    made = tmp_path_factory.mktemp("hpa")
    keys = {"name": "shop", "variants": ["optimized"], "replicas": [1, 2, 4], "blocks": 3, "cpu_per_replica": 0.5}
    Synthetic(made / "runs" / "shop", {"optimized": OPTIMIZED}, keys).write()
    (made / "rates.csv").write_text(RATES, encoding="utf-8")
    (made / "hpa.yaml").write_text(manifest(Named("shop", "", Spec(min_replicas=2, max_replicas=6))), encoding="utf-8")
    commands = {
        "scalebed": f'exec "{sys.executable}" -m scalebed "$@"',
        # What the API server says of such a manifest, tests/e2e/test_hpa.py asks.
        "kubectl": 'test "$1 $2" = "apply -f" && cp "$3" applied.yaml',
    }
    for name, body in commands.items():
        command = made / "bin" / name
        command.parent.mkdir(exist_ok=True)
        command.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        command.chmod(0o755)
    environment = {**os.environ, "PATH": f"{made / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(paths.ROOT)}
    subprocess.run(["bash", "-c", script(PAGE)], cwd=made, env=environment, check=True, timeout=240)
    return made


def test_what_is_applied_is_the_setting_that_was_chosen(folder: Path) -> None:
    applied = read(folder / "applied.yaml")
    assert (applied.name, applied.spec.max_replicas) == ("shop", 6)
    assert applied == read(folder / "hpa" / "hpa-safer.yaml")


def test_every_file_that_the_page_names_is_there(folder: Path) -> None:
    aims = ("cheaper", "safer", "reliable")
    names = {"report.html", "report.md"} | {f"{kind}-{aim}.yaml" for kind in ("hpa", "values") for aim in aims}
    assert {path.name for path in (folder / "hpa").iterdir()} == names
    assert {path.name for path in (folder / "forecast").iterdir()} == {"report.html", "report.md"}


def test_the_report_compares_all_three_with_what_there_is(folder: Path) -> None:
    text = (folder / "hpa" / "report.md").read_text(encoding="utf-8")
    for row in ("| now |", "| cheaper |", "| safer |", "| reliable |", "| oracle |"):
        assert row in text
    values = yaml.safe_load((folder / "hpa" / "values-safer.yaml").read_text(encoding="utf-8"))["autoscaling"]
    assert f"averageUtilization: {values['cpuPercent']}" in (folder / "forecast" / "report.md").read_text("utf-8")
