"""Secrets are read where they are kept, and never told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalebed.engines.k6.protocol import parse_line
from scalebed.engines.local.isolation.processes import last_line, last_lines
from scalebed.engines.secrets import header_values, remarks, values
from scalebed.experiment.application import Header, Secret
from scalebed.experiment.spec import parse_experiment
from scalebed.measurement.readings import CheckCount
from scalebed.messages import EngineError
from scalebed.secrecy import VEIL


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


def test_no_part_of_one_is_left_where_a_log_is_read_from_its_middle(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("an0ther-s3cret-of-some-length\n", encoding="utf-8")
    values({"TOKEN": Secret(file=str(tmp_path / "token"))})
    log = tmp_path / "shop.log"
    for end in ("\n", "\nit ended\n"):
        for length in range(4096 - 40, 4096):
            log.write_text(f"{'x' * 5000}an0ther-s3cret-of-some-length{end.rjust(length, '.')}", encoding="utf-8")
            assert not re.match("[a-z0-9-]*s3cret|[a-z-]+length", last_lines(log, 9)[0])
    log.write_text(f"{'x' * 70_000}an0ther-s3cret-of-some-length{'.' * 65_520}", encoding="utf-8")
    assert last_lines(log, 1) == ["." * 300], "of a single long line"
    log.write_text(f"{'x' * 70_000}an0ther-s3cret-of-some-length\n{'.' * 65_520}\n", encoding="utf-8")
    assert last_lines(log, 2) == ["." * 300]


def test_a_headers_token_is_one_without_the_word_before_it(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("Bearer t0ken-of-a-header\n", encoding="utf-8")
    header_values({"Authorization": Header(file=str(tmp_path / "token"))})
    assert VEIL.over("t0ken-of-a-header; Bearer t0ken-of-a-header") == "[secret]; [secret]"


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_KEY", raising=False)
    with pytest.raises(EngineError, match=r"secrets\.KEY: the variable SHOP_KEY is not set"):
        values({"KEY": Secret(variable="SHOP_KEY")})
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("none", "bytes"):
        with pytest.raises(EngineError, match=f"secrets.KEY: {tmp_path / name} (cannot be read|is no text)"):
            values({"KEY": Secret(file=str(tmp_path / name))})
