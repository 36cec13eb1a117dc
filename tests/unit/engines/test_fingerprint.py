"""What a local run says that it was measured with."""

from __future__ import annotations

import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from scalebed.engines.fingerprint import code_state, git_state, package_versions
from scalebed.paths import ROOT
from scalebed.requirements import LOCKS, Pin, read_pins


def test_every_package_that_the_services_lock_is_named_with_its_version() -> None:
    found = package_versions()
    locked: dict[str, Pin] = {}
    for lock in LOCKS:
        locked |= read_pins((ROOT / lock).read_text(encoding="utf-8"))
    # Some pins are for other Pythons or systems; the lock says so, and they are not installed here.
    missing = {name for name in locked if name not in found}
    assert all(" ; " in locked[name].text.splitlines()[0] for name in missing)
    assert {name: metadata.version(name) for name in found} == found


def test_what_a_service_asks_for_by_name_is_among_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = {name.split(">")[0].split("[")[0].split("=")[0] for name in project["optional-dependencies"]["services"]}
    assert asked <= package_versions().keys()
    assert {"fastapi", "sqlalchemy", "asyncpg", "starlette", "flask", "quart", "litestar"} <= package_versions().keys()


def test_a_copy_within_somebody_elses_repository_has_no_commit(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@localhost"]
    (tmp_path / "copy").mkdir()
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "theirs"]):
        subprocess.run([*git, *words], check=True)
    theirs = git_state(tmp_path / "copy")
    assert theirs["commit"] is not None
    assert code_state(tmp_path) == theirs
    assert code_state(tmp_path / "copy") == {"commit": None, "dirty": None}


def test_what_a_hook_tells_of_its_own_repository_is_not_taken_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As git does where a push is to be measured first: it names the repository that the push is of."""
    for name in ("measured", "pushed"):
        (tmp_path / name).mkdir()
        git = ["git", "-C", str(tmp_path / name), "-c", "user.name=x", "-c", "user.email=x@localhost"]
        for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", name]):
            subprocess.run([*git, *words], check=True)
    known = code_state(tmp_path / "measured")
    assert known["commit"] != code_state(tmp_path / "pushed")["commit"]
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "pushed" / ".git"))
    assert code_state(tmp_path / "measured") == known
