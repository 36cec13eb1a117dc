"""Secrets are read where they are kept, and never told."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.engines.secrets import values
from scalebed.experiment.application import Secret
from scalebed.messages import EngineError


def test_from_a_variable_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_KEY", "k")
    (tmp_path / "token").write_text("t t\n", encoding="utf-8")
    found = values({"KEY": Secret(variable="SHOP_KEY"), "TOKEN": Secret(file=str(tmp_path / "token"))})
    assert found == {"KEY": "k", "TOKEN": "t t"}


def test_what_is_missing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_KEY", raising=False)
    with pytest.raises(EngineError, match=r"secrets\.KEY: the variable SHOP_KEY is not set"):
        values({"KEY": Secret(variable="SHOP_KEY")})
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    for name in ("none", "bytes"):
        with pytest.raises(EngineError, match=f"secrets.KEY: {tmp_path / name} cannot be read"):
            values({"KEY": Secret(file=str(tmp_path / name))})
