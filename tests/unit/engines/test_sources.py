"""What an application is made of, file by file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import IO

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


def test_configuration_is_told_apart_and_the_experiment_is_not(tmp_path: Path) -> None:
    told = {"pool.toml", "app.yaml", "ci.yml", ".env", "web.conf", "a.ini", "a.properties", "Procfile"}
    for place in (*told, "scalebed.yaml", "scalebed-two.yml", "Procfile.bak"):
        write(tmp_path / place)
    assert set(sources.digests(tmp_path)) == told


def test_what_a_command_names_is_told_apart(tmp_path: Path) -> None:
    for place in ("bin/shop", "app.jar", "plugin.so", "shop.sqlite3"):
        write(tmp_path / place)
    words = ["-jar", "app.jar", "--plugin=plugin.so", "--db", "shop.sqlite3", "/etc/hostname", "x" * 5000, "none"]
    before = sources.named(str(tmp_path / "bin" / "shop"), words, tmp_path)
    assert set(before) == {str(tmp_path / place) for place in ("bin/shop", "app.jar", "plugin.so")}
    write(tmp_path / "bin" / "shop", "y")
    assert before != sources.named(str(tmp_path / "bin" / "shop"), words, tmp_path)
    assert sources.named(None, [], tmp_path) == {}


def test_a_file_is_read_once_until_it_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    whole = hashlib.file_digest

    def counting(file: IO[bytes], name: str) -> object:
        read.append(name)
        return whole(file, name)  # type: ignore[arg-type]

    monkeypatch.setattr(hashlib, "file_digest", counting)
    place = tmp_path / "a.py"
    write(place)
    just = sources.digest(place)
    assert sources.digest(place) == just
    assert len(read) == 2, "it was written just now, and may be again"
    os.utime(place, ns=(10**18, 10**18))
    assert [sources.digest(place), sources.digest(place)] == [just, just]
    assert len(read) == 3
    write(place, "y")
    assert sources.digest(place) != just


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
