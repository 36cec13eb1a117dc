"""What a testbed leaves behind that was ended by `kill -9`, and how it is removed."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from processes import children, living

from scalebed.engines.local.down import down
from scalebed.engines.local.engine import LocalEngine
from scalebed.messages import EngineError
from scalebed.paths import ROOT
from tests.local import rooms

pytestmark = pytest.mark.xdist_group("engine")

_TESTBED = """
import sys, time
from pathlib import Path
from scalebed.engines.local.engine import LocalEngine
from scalebed.experiment.plan import cells
from tests.local import rooms

engine = LocalEngine(Path(sys.argv[1]), Path(sys.argv[2]), lambda line: None)
experiment = rooms.tiny()
engine.prepare(experiment, lambda line: None)
with engine.deploy(cells(experiment)[0]):
    print("deployed", flush=True)
    time.sleep(300)
"""


@pytest.fixture
def testbed(root: Path, cache: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process, in which a cell is deployed."""
    argv = [sys.executable, "-c", _TESTBED, str(root), str(cache)]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"deployed\n"
        yield process
        process.kill()
        process.wait()
        down(cache, lambda line: None)


def groups_of(cache: Path) -> list[Path]:
    state = json.loads((cache / "run" / "engine" / "state.json").read_text())
    return [Path(folder) for folder in state["groups"]]


def kill(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    left = children(process.pid)
    process.kill()
    process.wait()
    return left


def test_down_ends_all_that_was_left_and_removes_its_groups(testbed: subprocess.Popen[bytes], cache: Path) -> None:
    groups = groups_of(cache)
    left = kill(testbed)
    assert len(living(left)) > 5, "the parts outlive the testbed, or this test shows nothing"
    said: list[str] = []

    down(cache, said.append)

    assert not living(left)
    assert not [folder for folder in groups if folder.exists()]
    assert not list((cache / "run").glob("engine"))
    assert "Postgres" in said[0]


def test_down_refuses_while_the_testbed_lives(testbed: subprocess.Popen[bytes], cache: Path) -> None:
    left = children(testbed.pid)

    with pytest.raises(EngineError, match=rf"process {testbed.pid} is alive"):
        down(cache, lambda line: None)

    time.sleep(0.2)
    assert living(left) == left


def test_the_next_start_says_what_it_ended_and_goes_on(testbed: subprocess.Popen[bytes], engine: LocalEngine) -> None:
    left = kill(testbed)
    said: list[str] = []

    engine.prepare(rooms.tiny(), said.append)

    assert not living(left)
    assert said[0].startswith("Ended what an earlier run left behind: Postgres")
    assert not any("Loading" in line for line in said), "the dataset outlives the kill"


def test_purge_removes_the_loaded_databases(engine: LocalEngine, cache: Path) -> None:
    engine.prepare(rooms.tiny(), lambda line: None)
    engine.close()
    assert (cache / "postgres").exists()

    down(cache, lambda line: None, purge=True)

    assert not (cache / "postgres").exists()
