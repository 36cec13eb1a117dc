"""Which Go will do, and what it is told."""

from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision.go import find_go, go_environment, go_version, needed_go, numbers


def test_versions_compare_as_numbers() -> None:
    assert numbers("1.9.1") < numbers("1.25.0") < numbers("1.27.3")


def test_the_module_says_which_go_it_needs() -> None:
    assert needed_go("module x\n\ngo 1.25.0\n\ntoolchain go1.26.1\n") == (1, 25, 0)
    with pytest.raises(EngineError, match="names no Go version"):
        needed_go("module x\n")


def test_what_is_no_go_has_no_version(tmp_path: Path) -> None:
    program = tmp_path / "go"
    assert go_version(program) is None
    program.write_text("#!/bin/sh\necho hello\n")
    program.chmod(0o755)
    assert go_version(program) is None


def test_no_go_that_is_new_enough_is_one_sentence() -> None:
    with pytest.raises(EngineError, match=r"Go 99\.0 or newer is needed"):
        find_go((99, 0))


def test_go_keeps_to_the_cache_and_to_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "-mod=mod")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    env = go_environment(tmp_path)
    assert all(env[key].startswith(str(tmp_path)) for key in ("GOPATH", "GOMODCACHE", "GOCACHE"))
    assert env["GOTOOLCHAIN"] == "local"
    assert "-mod=readonly" in env["GOFLAGS"]
    assert env["HTTPS_PROXY"] == "http://127.0.0.1:1"
