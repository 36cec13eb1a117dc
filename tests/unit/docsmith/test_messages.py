"""Python of protobuf's messages is made beside the files that describe them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docsmith.messages import modules
from scalebed.messages import EngineError

FOLDER = Path("scalebed") / "metrics" / "wire"
MESSAGE = 'syntax = "proto3";\npackage one;\nmessage Told {\n  string words = 1;\n}\n'


def written(root: Path, text: str) -> Path:
    source = root / FOLDER / "one.proto"
    source.parent.mkdir(parents=True)
    source.write_text(text, encoding="utf-8")
    return source


def test_a_module_and_its_types_lie_beside_the_file(tmp_path: Path) -> None:
    written(tmp_path, MESSAGE)
    made = modules(tmp_path)
    assert set(made) == {tmp_path / FOLDER / "one_pb2.py", tmp_path / FOLDER / "one_pb2.pyi"}
    assert "class Told(" in made[tmp_path / FOLDER / "one_pb2.pyi"]
    assert not (tmp_path / FOLDER / "one_pb2.py").exists()


def test_without_such_a_file_there_is_nothing_to_make(tmp_path: Path) -> None:
    assert modules(tmp_path) == {}


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    source = written(tmp_path, MESSAGE.replace("string", "strong"))
    with pytest.raises(
        EngineError, match=rf"^{re.escape(str(source))}: protoc cannot read it; the lines above say why$"
    ):
        modules(tmp_path)
