"""The wheel holds what the testbed reads, and nothing else; away from the clone it reads the same."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scalebed.paths import ROOT

SHIPPED = ("apps/", "charts/scalebed/", "loadtest/")
READ = """
import json
from scalebed import paths
from scalebed.engines import fingerprint, services
from scalebed.engines.kubernetes.fingerprint import charts
from scalebed.engines.kubernetes.load.testruns import read_base
from scalebed.engines.local.parts.databases import dataset_hash
from scalebed.experiment.shipped import shipped_experiments
from scalebed.experiment.workloads import script_files, workloads
from scalebed.provision.go_program import source_key
from scalebed.queries.comparison import STRATEGIES
from scalebed.queries.study import read_strategies
from scalebed.records import runs

FOUND = {
    "installed": paths.INSTALLED,
    "command": paths.COMMAND,
    "runs": str(runs.folder_for(shipped_experiments()["smoke"])),
    "commit": fingerprint.code_state()["commit"],
    "same": {
        "experiments": list(shipped_experiments()),
        "workloads": list(workloads()),
        "scripts": [path.name for path in script_files()],
        "services": [repr(services.read_service(paths.ROOT, name).switches) for name in ("naive", "fastapi")],
        "dataset": dataset_hash(paths.ROOT),
        "strategies": repr(read_strategies(STRATEGIES)),
        "packages": fingerprint.package_versions(),
        "k6": source_key(paths.ROOT / "loadtest" / "extension", "1"),
        "charts": charts(paths.ROOT),
        "testrun": read_base(paths.ROOT),
    },
}
"""
REFUSED = """
import json, sys
sys.modules.update(dict.fromkeys(("kubernetes", "matplotlib", "psycopg", "pyarrow", "starlette", "uvicorn"), None))
from typer.testing import CliRunner
from scalebed.cli.app import app

def call(line):
    done = CliRunner().invoke(app, line.split())
    return done.exit_code, done.stdout, done.stderr

print(json.dumps([call(line) for line in sys.argv[1:]]))
"""


def built(source: Path, target: Path, kind: str) -> Path:
    """The one file that the build made, without a network."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(target)]
    subprocess.run(command, cwd=source, capture_output=True, check=True)
    (made,) = target.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, tmp_path_factory.mktemp("wheel"), "wheel")


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As pip unpacks it, within a repository of somebody else's."""
    theirs = tmp_path_factory.mktemp("theirs")
    git = ["git", "-C", str(theirs), "-c", "user.name=x", "-c", "user.email=x@localhost"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "theirs"]):
        subprocess.run([*git, *words], check=True)
    with zipfile.ZipFile(wheel) as file:
        file.extractall(theirs / "site")  # noqa: S202 - made here
    return theirs / "site"


def content(wheel: Path) -> dict[str, bytes]:
    """Of its files, by name; what pip says of it is left out."""
    with zipfile.ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist() if ".dist-info/" not in name}


def wanted() -> dict[str, bytes]:
    """What the clone has of it, by its name in the wheel."""
    words = ["git", "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    there = [name for name in listed if (ROOT / name).is_file()]
    places = {name: name for name in there if name.startswith("scalebed/")}
    places |= {f"scalebed/shipped/{name}": name for name in there if name.startswith(SHIPPED) and not is_test(name)}
    return {place: (ROOT / name).read_bytes() for place, name in places.items()}


def is_test(name: str) -> bool:
    """Of a chart or of the extension; `templates/tests/` is what `helm test` runs, and a part of a chart."""
    return name.endswith("_test.go") or ("/tests/" in name and "/templates/" not in name)


def printed(program: str, *words: str, place: Path, folder: Path) -> Any:
    """By a process that stands in `folder` and knows the testbed from `place` alone."""
    env = {**os.environ, "PYTHONPATH": str(place), "SCALEBED_CACHE": str(folder / "cache")}
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_holds_what_the_clone_has_and_no_tests(wheel: Path) -> None:
    found, there = content(wheel), wanted()
    assert sorted(found.keys() ^ there.keys()) == []
    assert found == there
    assert any("/templates/tests/" in name for name in found)


def test_that_of_a_source_distribution_is_the_same(wheel: Path, tmp_path: Path) -> None:
    with tarfile.open(built(ROOT, tmp_path / "made", "sdist")) as file:
        file.extractall(tmp_path / "source", filter="data")
    (source,) = (tmp_path / "source").iterdir()
    assert content(built(source, tmp_path / "again", "wheel")) == content(wheel)


def test_away_from_the_clone_it_reads_the_same(installed: Path, tmp_path: Path) -> None:
    there = printed(f"{READ}\nprint(json.dumps(FOUND))", place=installed, folder=tmp_path)
    said: dict[str, Any] = {}
    exec(READ, said)  # noqa: S102 - the same words as there
    here = said["FOUND"]
    assert there["same"] == here["same"]
    assert (there["installed"], here["installed"]) == (True, False)
    assert (there["command"], here["command"]) == ("scalebed", "./scripts/scalebed")
    assert (there["runs"], here["runs"]) == (str(tmp_path / "runs"), str(ROOT / "runs"))
    assert there["commit"] is None


def test_without_an_extra_it_says_which(installed: Path, tmp_path: Path) -> None:
    export = f"export {ROOT / 'tests' / 'fixtures' / 'runs' / 'local-closed'} --format parquet"
    clusters = ["run smoke --engine kubernetes", "down --engine kubernetes", "rerun browse --replicas 2"]
    view = f"view {ROOT / 'tests' / 'fixtures' / 'runs' / 'local-closed'}"
    *refused, (code, out, err), viewed, listed = printed(
        REFUSED, *clusters, export, view, "experiments", place=installed, folder=tmp_path
    )
    told = "parquet needs the package pyarrow, which is not here: pip install 'scalebed[parquet]'"
    assert (code, out, err) == (2, "", f"scalebed: {told}\n")
    code, out, err = viewed
    assert (code, out) == (2, "")
    assert re.fullmatch(
        r"scalebed: The page needs the package (starlette|uvicorn), which is not here: pip install 'scalebed\[web\]'\n",
        err,
    )
    for code, out, err in refused:
        assert (code, out) == (2, "")
        assert err.startswith("scalebed: a cluster needs the package kubernetes, which is not here: ")
        assert err.endswith(" pip install 'scalebed[kubernetes]'\n")
    assert (listed[0], listed[2]) == (0, "")
    assert "smoke" in listed[1]
