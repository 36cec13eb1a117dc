"""What names a build of k6, and how it fails."""

from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision.go_program import source_key
from scalebed.provision.k6 import ensure_k6


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "extension"
    (folder / "part").mkdir(parents=True)
    (folder / "go.mod").write_text("module example\n\ngo 1.25.0\n")
    (folder / "go.sum").write_text("")
    (folder / "main.go").write_text("package main\n")
    (folder / "part" / "part.go").write_text("package part\n")
    return folder


@pytest.mark.parametrize("name", ["go.mod", "go.sum", "main.go", "part/part.go"])
def test_every_source_file_names_another_build(source: Path, name: str) -> None:
    before = source_key(source, "1.27.3")
    path = source / name
    path.write_text(path.read_text() + "// changed\n")
    assert source_key(source, "1.27.3") != before


def test_another_go_is_another_build(source: Path) -> None:
    assert source_key(source, "1.27.3") != source_key(source, "1.27.4")


def test_a_moved_file_is_another_build(source: Path) -> None:
    before = source_key(source, "1.27.3")
    (source / "part" / "part.go").rename(source / "part" / "other.go")
    assert source_key(source, "1.27.3") != before


def test_tests_and_readmes_are_no_part_of_the_program(source: Path) -> None:
    before = source_key(source, "1.27.3")
    (source / "part" / "part_test.go").write_text("package part\n")
    (source / "README.md").write_text("words")
    assert source_key(source, "1.27.3") == before


def test_a_folder_without_a_module_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="holds no Go module"):
        ensure_k6(tmp_path / "cache", tmp_path)


def test_a_build_that_fails_names_its_log(source: Path, tmp_path: Path) -> None:
    (source / "main.go").write_text("package main\n\nfunc main() { undefined() }\n")
    said: list[str] = []
    with pytest.raises(EngineError, match=r"k6 could not be built .*undefined: undefined.*build\.log"):
        ensure_k6(tmp_path / "cache", source, said.append)
    assert len(said) == 1
    assert not list((tmp_path / "cache" / "k6").glob("*/k6"))
