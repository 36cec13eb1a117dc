import os
import subprocess
from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision.go import numbers
from scalebed.provision.node import LEAST, find_node, node_version, npm_environment


def program(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return path


def test_path_goes_before_the_wheel_where_it_is_new_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node, npm = program(tmp_path, "node", "v99.1.2"), program(tmp_path, "npm", "11.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    found = find_node()
    assert (found.version, found.node, found.npm) == ("99.1.2", node, npm)


def test_an_old_one_is_passed_by_for_the_wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = program(tmp_path / "old", "node", "v20.20.2")
    program(tmp_path / "old", "npm", "10.0.0")
    monkeypatch.setenv("PATH", f"{old.parent}:{os.environ['PATH']}")
    found = find_node()
    assert found.node != old
    assert numbers(found.version) >= LEAST
    programs = found.programs(tmp_path / "cache")
    # Asked as a build does: npm's first line looks for node on PATH.
    said = subprocess.run(
        ["npm", "--version"],
        env={**npm_environment(tmp_path / "cache"), "PATH": f"{programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert numbers(said.stdout.strip()) > (10,)
    assert found.programs(tmp_path / "cache") == programs


def test_what_was_found_is_said_where_nothing_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    node = program(tmp_path, "node", "v20.20.2")
    program(tmp_path, "npm", "10.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EngineError, match=rf"Node 999 or newer is needed \({node} is 20\.20\.2; .*\[peers\]"):
        find_node((999,))


def test_what_is_no_node_has_no_version(tmp_path: Path) -> None:
    assert node_version(program(tmp_path, "node", "hello")) is None
    assert node_version(tmp_path / "absent") is None
