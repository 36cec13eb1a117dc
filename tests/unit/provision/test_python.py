import sys
from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision.go import numbers
from scalebed.provision.python import find_python, pip_environment, python_version


def program(folder: Path, name: str, says: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {says}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH of one folder, no pyenv, and a process whose own Python says nothing."""
    monkeypatch.setattr(sys, "_base_executable", str(tmp_path / "absent"), raising=False)
    monkeypatch.setattr(sys, "base_prefix", str(tmp_path / "absent"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    return tmp_path


def test_this_processs_own_goes_first() -> None:
    assert find_python((3, 11)).program == Path(getattr(sys, "_base_executable", sys.executable))


def test_one_on_path_that_is_new_enough_goes_before_pyenvs(nowhere: Path) -> None:
    program(nowhere / "bin", "python3", "Python 3.11.9")
    newer = program(nowhere / "bin", "python3.13", "Python 3.13.7")
    program(nowhere / "pyenv" / "versions" / "3.14.1" / "bin", "python3", "Python 3.14.1")
    found = find_python()
    assert (found.version, found.program) == ("3.13.7", newer)
    assert (found.programs(nowhere / "cache") / "python3").readlink() == newer
    assert found.programs(nowhere / "cache") == found.programs(nowhere / "cache")


def test_pyenvs_newest_is_found_where_none_is_chosen(nowhere: Path) -> None:
    for version in ("3.9.18", "3.12.1", "3.13.0"):
        program(nowhere / "pyenv" / "versions" / version / "bin", "python3", f"Python {version}")
    assert find_python().version == "3.13.0"


def test_those_beside_this_processs_own_are_found_whatever_the_home(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = nowhere / "elsewhere" / "versions"
    beside = program(versions / "3.13.0" / "bin", "python3", "Python 3.13.0")
    monkeypatch.setattr(sys, "base_prefix", str(versions / "3.11.7"))
    assert find_python().program == beside


def test_what_was_found_is_said_where_nothing_will_do(nowhere: Path) -> None:
    old = program(nowhere / "bin", "python3", "Python 3.11.9")
    with pytest.raises(EngineError, match=rf"Python 3\.12 or newer is needed \({old} is 3\.11\.9\)"):
        find_python()


def test_what_is_no_python_has_no_version(tmp_path: Path) -> None:
    assert python_version(program(tmp_path, "python3", "hello")) is None
    assert python_version(tmp_path / "absent") is None
    assert numbers(python_version(Path(sys.executable)) or "") >= (3, 11)


def test_pips_own_variables_go_before_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CACHE_DIR", "/elsewhere")
    monkeypatch.setenv("OTHER", "x")
    said = pip_environment(tmp_path)
    assert said["PIP_CACHE_DIR"] == "/elsewhere"
    assert "OTHER" not in said
