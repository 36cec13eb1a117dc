from collections.abc import Mapping
from pathlib import Path

import pytest

from clusterbed.tools import BY_NAME, asked_version, bounded, gather, link, on_path
from scalebed.messages import EngineError

VERSIONS = {tool.variable: "v9.8.7" for tool in BY_NAME.values()}


@pytest.fixture
def only_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "path"
    folder.mkdir()
    # Before everything else, so that tools of this machine play no part.
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


def put(folder: Path, name: str, says: str) -> Path:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho '{says}'\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("name", "said", "fits"),
    [
        ("helm", "v3.22.0+g1234", True),
        ("helm", "v4.3.1+g1234", True),
        ("helm", "v5.0.0", False),
        ("helm", "v3.9.0", False),
        ("kind", "kind v0.33.0 go1.26.8 linux/amd64", True),
        ("kubectl", "Client Version: v1.34.4\nKustomize Version: v5.7.1", True),
        ("kubectl", "Client Version: v1.27.0", False),
        ("skaffold", "v2.16.1", True),
        ("kubeconform", "development", False),
    ],
)
def test_a_tool_of_path_serves_where_its_version_fits(only_path: Path, name: str, said: str, fits: bool) -> None:
    program = put(only_path, name, said)
    found = on_path(BY_NAME[name])

    assert (found is not None) == fits
    if found is not None:
        assert found.path == program


def test_what_generates_committed_files_is_always_the_pinned_one(only_path: Path) -> None:
    put(only_path, "helm-docs", "helm-docs version v1.14.2")

    assert on_path(BY_NAME["helm-docs"]) is None


def test_only_what_is_missing_is_built(only_path: Path, tmp_path: Path) -> None:
    put(only_path, "helm", "v3.22.0")
    put(only_path, "kind", "kind v0.1.0")
    asked: list[str] = []

    def make(stages: list[str]) -> Mapping[str, Path]:
        asked.extend(stages)
        return {stage: tmp_path / stage for stage in stages}

    helm, kind = gather(["helm", "kind"], make, VERSIONS)

    assert asked == ["tool-kind"]
    assert (helm.source, helm.version) == ("PATH", "3.22.0")
    assert (kind.source, kind.version, kind.path) == ("built", "9.8.7", tmp_path / "tool-kind" / "kind")


@pytest.mark.parametrize(
    ("names", "source"), [(["helm"], "PATH"), (["helm", "kubectl"], "PATH"), (["helm", "skaffold"], "built")]
)
def test_skaffold_has_a_helm_that_it_can_call(only_path: Path, tmp_path: Path, names: list[str], source: str) -> None:
    put(only_path, "helm", "v4.3.1+g1234")

    helm, *_ = gather(names, lambda stages: {stage: tmp_path / stage for stage in stages}, VERSIONS)

    assert helm.source == source
    # What it is linked in is nobody else's, so that the helm there stays.
    assert bounded(names) == (source == "built")


def test_a_tool_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(EngineError, match="helmet: is none of the tools; those are helm, kind"):
        gather(["helmet"], lambda _: {}, VERSIONS)


def test_links_can_begin_path_and_are_never_links_to_themselves(only_path: Path, tmp_path: Path) -> None:
    program = put(tmp_path, "helm-3.22", "v3.22.0")
    (only_path / "helm").symlink_to(program)
    found = gather(["helm"], lambda _: {}, VERSIONS)

    link(found, only_path)
    link(gather(["helm"], lambda _: {}, VERSIONS), only_path)

    assert (only_path / "helm").resolve() == program
    assert [path.name for path in only_path.iterdir()] == ["helm"]


def test_the_first_version_counts() -> None:
    assert asked_version("kube-score version: 1.20.0, commit: 0123, built: 2025") == "1.20.0"
    assert asked_version("unknown") is None
