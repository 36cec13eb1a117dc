"""Which helm is called: one whose version fits, of PATH before what was built."""

from pathlib import Path

import pytest

from scalebed.engines.kubernetes.api.helm_program import find_helm
from scalebed.messages import EngineError


def put(folder: Path, says: str) -> Path:
    folder.mkdir(parents=True)
    program = folder / "helm"
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.fixture
def on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", f"{tmp_path / 'path'}:/usr/bin:/bin")
    return tmp_path / "path"


@pytest.mark.parametrize(("says", "major"), [("v3.18.0+g1", 3), ("v3.22.0", 3), ("v4.3.1", 4)])
def test_helm_3_and_4_serve_from_path(on_path: Path, tmp_path: Path, says: str, major: int) -> None:
    program = put(on_path, says)
    put(tmp_path / "cache/airgap/bin-1", "v3.22.0")

    found = find_helm(tmp_path / "cache")

    assert (found.path, found.major) == (program, major)


@pytest.mark.parametrize("says", ["v3.17.3", "v2.17.0", "v5.0.0", "helm, but not that one"])
def test_one_that_does_not_fit_is_passed_over(on_path: Path, tmp_path: Path, says: str) -> None:
    put(on_path, says)
    built = put(tmp_path / "cache/airgap/bin-1", "v3.22.0")

    assert find_helm(tmp_path / "cache").path == built


def test_where_none_fits_the_versions_are_named(on_path: Path, tmp_path: Path) -> None:
    put(on_path, "v3.9.0")
    with pytest.raises(EngineError, match=r"none fits \(\S+/helm is 3\.9\.0\): install Helm 3\.18 or newer, below 5"):
        find_helm(tmp_path / "cache")


def test_where_there_is_none_it_is_said_how_to_get_one(on_path: Path, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"helm: was not found: install Helm 3\.18 .*\./scripts/cluster-tools helm"):
        find_helm(tmp_path / "cache")
