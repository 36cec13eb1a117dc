from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision import pgbouncer
from scalebed.provision.pgbouncer import ensure_pgbouncer, explain, mirrors


def test_the_archive_comes_from_the_mirror_that_apt_uses() -> None:
    targets = (
        "http://mirror.example/debian-security/|bookworm-security\n"
        "http://mirror.example/nodesource/|nodistro\n"
        "http://mirror.example/pub/debian/|bookworm\n"
        "http://mirror.example/pub/debian/|bookworm-updates\n"
    )

    assert mirrors(targets) == ("http://mirror.example/pub/debian/",)


def test_a_machine_without_a_debian_mirror_has_none() -> None:
    assert mirrors("http://mirror.example/ubuntu/|noble\n") == ()


def test_what_stands_in_the_cache_is_not_built_again(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.24.1"):
        (tmp_path / "pgbouncer" / version / "bin").mkdir(parents=True)
        (tmp_path / "pgbouncer" / version / "bin" / "pgbouncer").touch()
    said: list[str] = []

    assert ensure_pgbouncer(tmp_path, said.append) == tmp_path / "pgbouncer" / "1.24.1" / "bin" / "pgbouncer"
    assert said == []


def test_an_unverified_suite_is_one_sentence(tmp_path: Path) -> None:
    said = "E: The repository 'http://mirror.example/debian trixie InRelease' is not signed."

    assert "could not verify the signature" in explain("apt-get", said, tmp_path / "log")
    assert "configure failed" in explain("./configure", "no acceptable C compiler", tmp_path / "log")


def test_without_apt_the_way_out_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(pgbouncer, "_build_packages", lambda log: None)

    with pytest.raises(EngineError, match="SCALEBED_PGBOUNCER"):
        ensure_pgbouncer(tmp_path, print)
