"""The cache is there once it was asked for, or a sentence is."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision.cache_folder import ready_cache


def test_it_is_made_and_others_may_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path / "a" / "cache"))
    assert ready_cache() == tmp_path / "a" / "cache"
    assert (tmp_path / "a" / "cache").stat().st_mode & 0o555 == 0o555
    assert ready_cache().is_dir()


def test_one_that_cannot_be_made_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(EngineError, match=r"file/cache: cannot be made \(Not a directory\); set SCALEBED_CACHE to"):
        ready_cache()


def test_one_that_is_not_ours_to_write_in_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path))
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(EngineError, match="cannot be written; set SCALEBED_CACHE to"):
        ready_cache()
