"""Where the cache and what the testbed reads are."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed import paths


def test_the_cache_is_where_it_was_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_CACHE", str(tmp_path / "cache"))
    assert paths.cache() == tmp_path / "cache"


@pytest.mark.parametrize(
    ("user", "xdg", "place"),
    [
        (0, None, "/var/cache/scalebed"),
        (0, "/x", "/var/cache/scalebed"),
        (1000, "/x", "/x/scalebed"),
        (1000, "", "/h/.cache/scalebed"),
        (1000, None, "/h/.cache/scalebed"),
    ],
)
def test_otherwise_it_is_where_scripts_environment_has_it(
    user: int, xdg: str | None, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCALEBED_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setattr("os.geteuid", lambda: user)
    if xdg is not None:
        monkeypatch.setenv("XDG_CACHE_HOME", xdg)
    assert paths.cache() == Path(place)


def test_a_clone_reads_what_lies_beside_its_package() -> None:
    assert not paths.INSTALLED
    assert Path(paths.__file__).resolve().parent.parent == paths.ROOT
    assert paths.COMMAND == "./scripts/scalebed"
