"""The Go tests beside the extension's code, run with the Go and the caches that build it."""

import os
import subprocess
from pathlib import Path

import pytest

from scalebed.paths import ROOT
from scalebed.provision.go import find_go, go_environment, needed_go

SOURCE = ROOT / "loadtest" / "extension"


@pytest.fixture(scope="module")
def go() -> Path:
    return find_go(needed_go((SOURCE / "go.mod").read_text(encoding="utf-8")))


@pytest.mark.timeout(900)  # compiles k6's packages, where nothing has yet
def test_the_extension_passes(go: Path) -> None:
    env = go_environment(Path(os.environ["SCALEBED_CACHE"]))
    done = subprocess.run([str(go), "test", "./..."], cwd=SOURCE, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_extension_is_formatted(go: Path) -> None:
    asked = subprocess.run([str(go), "env", "GOROOT"], capture_output=True, text=True, check=True)
    program = Path(asked.stdout.strip()) / "bin" / "gofmt"
    listed = subprocess.run([str(program), "-l", "."], cwd=SOURCE, capture_output=True, text=True, check=True)
    assert listed.stdout == ""
