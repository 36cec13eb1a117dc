"""A k6 that the user named; `tests/local/test_generator.py` has the one that serves."""

import sys
from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision.named_k6 import find_k6


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("no-such-program", "SCALEBED_K6: no-such-program is no program; name a k6, or leave it out"),
        ("/", "SCALEBED_K6: / is no program"),
        ("/bin/sh", r"SCALEBED_K6: \S+ is no k6 that runs; name one"),
        (sys.executable, r"SCALEBED_K6: \S+ is no k6 that runs; name one"),
    ],
)
def test_what_is_no_k6_is_refused(named: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_K6", named)
    with pytest.raises(EngineError, match=told):
        find_k6(tmp_path / "cache", tmp_path)
    assert not (tmp_path / "cache").exists()


def test_without_one_it_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_K6", "")
    with pytest.raises(EngineError, match="holds no Go module"):
        find_k6(tmp_path / "cache", tmp_path)
