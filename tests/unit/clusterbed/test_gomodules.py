from dataclasses import replace
from pathlib import Path

import pytest

from clusterbed.gomodules import GoBuild, environment


@pytest.fixture
def build(tmp_path: Path) -> GoBuild:
    for name in ("go.mod", "go.sum", "README.md"):
        (tmp_path / name).write_text(name)
    return GoBuild(tmp_path, {"tool": "example.org/tool"}, "go1.26.8", {"main.version": "v1"})


def test_all_that_goes_into_a_program_is_in_its_recipe(build: GoBuild) -> None:
    before = build.recipe()
    (build.module / "go.sum").write_text("another checksum")

    assert len({before, build.recipe()}) == 2
    assert replace(build, go="go1.27.0").recipe() != build.recipe()
    assert replace(build, stamps={}).recipe() != build.recipe()
    assert replace(build, packages={"tool": "example.org/other"}).recipe() != build.recipe()


def test_what_is_only_read_by_people_is_not(build: GoBuild) -> None:
    before = build.recipe()
    (build.module / "README.md").write_text("better words")

    assert build.recipe() == before


def test_a_main_program_of_ours_is(build: GoBuild) -> None:
    before = build.recipe()
    (build.module / "main.go").write_text("package main")

    assert build.recipe() != before


def test_go_is_the_release_that_is_asked_for_and_keeps_everything_in_the_cache(tmp_path: Path) -> None:
    env = environment(tmp_path, "go1.24.13")

    assert env["GOTOOLCHAIN"] == "go1.24.13"
    assert "-mod=readonly" in env["GOFLAGS"]
    assert all(Path(env[name]).is_relative_to(tmp_path) for name in ("GOPATH", "GOMODCACHE", "GOCACHE"))
    assert "GOFLAGS" in env
    assert env.get("GONOSUMCHECK") is None
