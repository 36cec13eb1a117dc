"""Where the cache is."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed import paths


def test_the_cache_is_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path / "cache"))
    assert paths.cache() == tmp_path / "cache"
