"""What an application is made of, file by file."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.engines import sources


def write(path: Path, text: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_code_is_told_apart_and_data_packages_and_runs_are_not(tmp_path: Path) -> None:
    for place in ("shop/views.py", "web/page.HTML", "app.mjs"):
        write(tmp_path / place)
    write(tmp_path / "env" / "pyvenv.cfg")
    data = ("db.sqlite3", "shop.log", "env/lib/x.py", "node_modules/a/b.js", "runs/r/report.html", ".git/hooks/x.sh")
    for place in data:
        write(tmp_path / place)
    found = sources.digests(tmp_path)
    assert set(found) == {"shop/views.py", "web/page.HTML", "app.mjs"}
    write(tmp_path / "shop" / "views.py", "y")
    assert {name for name, each in sources.digests(tmp_path).items() if each != found[name]} == {"shop/views.py"}


def test_of_too_much_it_is_known_that_something_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST", 1)
    for place in ("a.py", "b.py"):
        write(tmp_path / place)
    before = sources.digests(tmp_path)
    write(tmp_path / "b.py", "y")
    assert set(before) == {"."}
    assert before != sources.digests(tmp_path)


def test_a_file_that_is_gone_is_another_one(tmp_path: Path) -> None:
    assert sources.digest(tmp_path / "none.py") == "gone"
