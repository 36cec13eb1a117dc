"""The how-to pages for a service of one's own: every command in them does what the page says."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from pages import script

from action import Done, perform
from scalebed import paths
from scalebed.engines.local.isolation.processes import accepts
from scalebed.experiment.spec import load_experiment
from scalebed.records.run_directory import RunDirectory
from tests.local import rooms

pytestmark = [pytest.mark.alone, pytest.mark.timeout(500)]

JOURNEY = "import http from 'k6/http';\nexport default function () { http.get(`${__ENV.BASE_URL}/burn/5`); }\n"

_COMMIT = """
git init --quiet --initial-branch main && git add serve.py
git -c user.name=Shop -c user.email=shop@example.com commit --quiet -m 'as it is'
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The application of the pages, and a `scalebed` on the PATH."""
    made = tmp_path / "shop"
    shutil.copytree(Path(__file__).parent / "own", made)
    (made / ".venv").symlink_to(sys.prefix)
    command = tmp_path / "bin" / "scalebed"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scalebed "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return made


def type_in(folder: Path, commands: str, codes: Container[int] = (0, 3)) -> str:
    """What the commands printed; 3 (no valid answer) is one, too, where something disturbs this machine throughout."""
    environment = {
        **os.environ,
        "PATH": f"{folder.parent / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(paths.ROOT),
        "SCALEBED_CACHE": str(rooms.make_cache()),
    }
    done = subprocess.run(
        ["bash", "-c", commands], cwd=folder, env=environment, capture_output=True, text=True, timeout=450, check=False
    )
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


def yaml_blocks(page: str) -> list[str]:
    text = (paths.ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def test_measure_your_own_service(folder: Path) -> None:
    init, check, run = script("measure-your-own-service").splitlines()[1:]
    assert "could not be told" in " ".join(type_in(folder, init).split())
    written, variants = yaml_blocks("measure-your-own-service")
    (folder / "scalebed.yaml").write_text(written, encoding="utf-8")
    (folder / "load.js").write_text(JOURNEY, encoding="utf-8")
    assert "Everything works: run it." in type_in(folder, check)
    told = type_in(folder, run)
    assert "Asked for p95 ≤ 500 ms at 20 journeys a second at one replica: shop" in " ".join(told.split()), told
    assert len(list((folder / "runs").glob("shop-*/report.html"))) == 1
    (folder / "two.yaml").write_text(written + variants, encoding="utf-8")
    assert [variant.name for variant in load_experiment(folder / "two.yaml").variants] == ["before", "after"]


@pytest.fixture
def running(folder: Path) -> Iterator[None]:
    if accepts(8000):
        pytest.fail("the page's port 8000 is taken: end what listens there")
    with subprocess.Popen(
        [sys.executable, "serve.py"], cwd=folder, env={**os.environ, "HOST": "127.0.0.1", "PORT": "8000"}
    ) as process:
        while not accepts(8000):
            assert process.poll() is None
        yield
        process.terminate()


@pytest.mark.usefixtures("running")
def test_measure_what_runs_already(folder: Path) -> None:
    (folder / "load.js").write_text(JOURNEY, encoding="utf-8")
    told = " ".join(type_in(folder, script("measure-what-runs-already")).split())
    assert "Everything works: run it." in told
    assert "It was running already: no quota was set on it" in told


def test_use_your_k6_script(folder: Path) -> None:
    (load,) = yaml_blocks("use-your-k6-script")
    (folder / "load").mkdir()
    (folder / "load" / "shop.js").write_text(JOURNEY, encoding="utf-8")
    keys = {"name": "shop", "service": {"command": "python serve.py", "environment": ".venv"}, **yaml.safe_load(load)}
    (folder / "scalebed.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")
    assert "Everything works: run it." in type_in(folder, "scalebed check")


def by_action(folder: Path, environment: Mapping[str, str], **inputs: str) -> Done:
    """What the action does in a job; a limit that is broken (1) or has no valid answer (3) is an answer."""
    own = {**os.environ, "SCALEBED_CACHE": str(rooms.make_cache()), **environment}
    done = perform(folder, folder.parent / "runner", own, inputs=inputs)
    assert done.code in (0, 1, 3), done.said
    return done


LENT = {
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",
    "PYTHONPATH": sysconfig.get_path("purelib"),
}
"""For an installation from the clone without a network: a wheel alone, and what it needs is lent by this environment.
(pip takes 0 for yes there.)"""


def test_compare_two_versions(folder: Path) -> None:
    """The same version twice, in the shortest runs that have intervals; once in a while one looks worse (1).

    The page's commands, and the action's steps in the place of those that are alike.
    """
    (variants,) = yaml_blocks("compare-two-versions")
    (folder / "load.js").write_text(JOURNEY, encoding="utf-8")
    keys = {
        "name": "shop", "service": {"command": "python serve.py", "environment": ".venv"},
        "load": {"script": "load.js"}, "slo": ["p(95) < 500 ms", "errors < 1 %"], "cpu_per_replica": 0.3, "blocks": 3,
        "kind": "fixed-rate", "rates": [20], "duration": 7, "search": {"min_requests": 60},
    }  # fmt: skip
    (folder / "scalebed.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")
    type_in(folder, _COMMIT)
    _, both, of_one, old, new, of_two = script("compare-two-versions").splitlines()
    assert [command.split(" --out ")[0] for command in (both, old, new)] == ["scalebed run"] * 3
    type_in(folder, old)
    done = by_action(folder, LENT, base="old", out="new", fail_if="cpu > 10 %\n")
    assert done.outputs["run"] == "new"
    assert done.outputs["verdict"] in {"yes", "no", "no-valid-answer"}
    assert done.summary.startswith("### old → new: limits ")
    assert "# shop" in done.summary
    told = " ".join(type_in(folder, of_two, (0, 1, 3)).split())
    assert "cpu > 10 %, shop at one replica, 20 journeys a second: " in told
    assert "Two runs, one after the other" in told
    assert (folder / "summary.md").read_text(encoding="utf-8").startswith("### old → new")
    assert 'name="cpu > 10 %' in html.unescape((folder / "compare.xml").read_text(encoding="utf-8"))
    there = {"PATH": f"{folder.parent / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(paths.ROOT)}
    limit = {"fail_if": "cpu > 10 %", "no_valid_answer": "pass"}
    done = by_action(folder, there, base="main", out="both", version="installed", **limit)
    assert (done.code == 1) == (done.outputs["verdict"] == "no")
    assert done.summary.startswith("### both:before → both:after: limits ")
    told = " ".join(type_in(folder, of_one, (0, 1, 3)).split())
    assert "before: both:before after: both:after" in told
    assert "Two variants of one run, paired by block." in told
    # The page's file names the same two.
    (folder / "two.yaml").write_text(yaml.safe_dump(keys) + variants, encoding="utf-8")
    measured = RunDirectory(folder / "both").manifest().experiment.variants
    assert [one.name for one in measured] == [one.name for one in load_experiment(folder / "two.yaml").variants]
