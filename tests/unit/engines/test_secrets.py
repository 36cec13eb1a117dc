"""Secrets are read where they are kept, and never told."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.engines.k6.protocol import parse_line
from scalebed.engines.local.isolation.processes import last_line
from scalebed.engines.secrets import remarks, values
from scalebed.experiment.application import Secret
from scalebed.experiment.spec import parse_experiment
from scalebed.measurement.readings import CheckCount
from scalebed.messages import EngineError


def test_from_a_variable_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "k")
    (tmp_path / "token").write_text("t t\n", encoding="utf-8")
    found = values({"KEY": Secret(variable="SHOP_KEY"), "TOKEN": Secret(file=str(tmp_path / "token"))})
    assert found == {"KEY": "k", "TOKEN": "t t"}


def test_what_is_too_short_to_be_blotted_out_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "abc")
    monkeypatch.delenv("SHOP_NONE", raising=False)
    (tmp_path / "shop.js").write_text("export default function () {}", encoding="utf-8")
    (tmp_path / "token").write_text("abcd\n", encoding="utf-8")
    secrets = {"KEY": {"variable": "SHOP_KEY"}, "NONE": {"variable": "SHOP_NONE"}}
    keys = {
        "name": "shop", "service": {"command": "serve", "secrets": secrets},
        "load": {"script": "shop.js", "secrets": {"TOKEN": {"file": "token"}}},
    }  # fmt: skip
    (told,) = remarks(parse_experiment(keys, "scalebed.yaml", folder=tmp_path))
    assert told.startswith("shop: the secret KEY is shorter than 4 characters, so it is not blotted out")


def test_what_was_read_is_in_no_sentence(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("v3ry-secret\n", encoding="utf-8")
    values({"TOKEN": Secret(file=str(tmp_path / "token"))})
    assert str(EngineError("the service said: v3ry-secret")) == "the service said: [secret]"
    (tmp_path / "shop.log").write_text(f"{'long ' * 58}v3ry-secret\n", encoding="utf-8")
    assert last_line(tmp_path / "shop.log").endswith(" long [secret]"), "which is blotted out before the line is cut"
    thrown = b'{"scalebed":3,"type":"check","second":5,"check":"the script throws nothing (Error: %b v3ry-secret)"'
    line = parse_line(thrown % (b"long " * 38) + b',"passed":0,"failed":1}\n')
    assert isinstance(line, CheckCount)
    assert (len(line.check), line.check[-7:]) == (232, "[secr…)")


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_KEY", raising=False)
    with pytest.raises(EngineError, match=r"secrets\.KEY: the variable SHOP_KEY is not set"):
        values({"KEY": Secret(variable="SHOP_KEY")})
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("none", "bytes"):
        with pytest.raises(EngineError, match=f"secrets.KEY: {tmp_path / name} (cannot be read|is no text)"):
            values({"KEY": Secret(file=str(tmp_path / name))})
