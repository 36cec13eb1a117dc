"""What an application of the user's own gets, and under which name its database is kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from scalebed.engines.local.parts.applications import (
    database_settings,
    packages,
    programs,
    require_program,
    settings,
    words,
)
from scalebed.engines.local.parts.own_databases import template_name
from scalebed.experiment.application import Application, Database
from scalebed.messages import EngineError


def application(folder: Path, **more: object) -> Application:
    return Application.model_validate({"command": "serve $BIND", "folder": str(folder), **more})


def test_its_own_programs_come_first_and_the_testbeds_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = str(Path(sys.executable).parent)
    monkeypatch.setenv("PATH", f"{own}:/opt/node/bin:/usr/bin")
    (tmp_path / "bin").mkdir()
    found = programs(str(tmp_path)).split(":")
    assert found[:2] == [str(tmp_path / "bin"), "/opt/node/bin"]
    assert own not in found
    assert programs(str(tmp_path / "bin")).startswith(f"{tmp_path / 'bin'}:")


def test_a_testbed_without_an_environment_of_its_own_hides_no_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin:/usr/bin")
    assert programs(None).split(":")[:2] == list(dict.fromkeys([f"{sys.base_prefix}/bin", "/usr/bin"]))


def test_what_is_given_is_put_into_settings_and_words(tmp_path: Path) -> None:
    made = application(tmp_path, env={"URL": "http://$BIND", "PRICE": "5$$"})
    env = settings(made, {"BIND": "127.0.0.1:80"})
    assert (env["URL"], env["PRICE"], env["BIND"]) == ("http://127.0.0.1:80", "5$", "127.0.0.1:80")
    assert "PYTHONPATH" not in env
    assert words("serve --bind $BIND 'a b'", env, "service.command") == ["serve", "--bind", "127.0.0.1:80", "a b"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("serve $NOPE", r"service.command: \$NOPE is not given here; these are: \$BIND"),
        ("serve 'a", "cannot be read"),
        ("  ", "is empty; name a program"),
        ("serve $", "write \\$\\$ for a dollar"),
    ],
)
def test_commands_that_cannot_be_read(command: str, told: str) -> None:
    with pytest.raises(EngineError, match=told):
        words(command, {"BIND": "x"}, "service.command")


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"service\.command: there is no program none-such"):
        require_program("none-such", tmp_path, "/usr/bin:/bin", "service.command")
    require_program("sh", tmp_path, "/usr/bin:/bin", "service.command")
    (tmp_path / "serve").write_text("#!/bin/sh\n", encoding="utf-8")
    (tmp_path / "serve").chmod(0o755)
    require_program("./serve", tmp_path, "", "service.command")


def test_a_database_is_one_url_and_libpqs_variables() -> None:
    found = database_settings("postgres://owner:pw@127.0.0.1:5432/mine")
    assert (found["PGHOST"], found["PGPORT"]) == ("127.0.0.1", "5432")
    assert (found["PGUSER"], found["PGPASSWORD"], found["PGDATABASE"]) == ("owner", "pw", "mine")


def test_packages_are_those_of_its_environment(tmp_path: Path) -> None:
    for name in ("Django-5.2.1.dist-info", "typing_extensions-4.1.dist-info"):
        (tmp_path / "lib" / "python3.11" / "site-packages" / name).mkdir(parents=True)
    assert list(packages(str(tmp_path))) == ["Django 5.2.1", "typing_extensions 4.1"]
    assert list(packages(None)) == []


def test_a_database_is_kept_until_something_changes_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    migration = tmp_path / "migrations" / "0001.py"
    migration.write_text("a", encoding="utf-8")
    wanted = Database(setup=("migrate", "seed --pages 10"), depends_on=("migrations/*.py",))
    names = [template_name(application(tmp_path), wanted)]
    assert template_name(application(tmp_path, command="other $BIND"), wanted) == names[0]
    names.append(template_name(application(tmp_path), wanted.model_copy(update={"setup": ("migrate", "seed")})))
    names.append(template_name(application(tmp_path, env={"SIZE": "2"}), wanted))
    migration.write_text("b", encoding="utf-8")
    names.append(template_name(application(tmp_path), wanted))
    assert len(set(names)) == 4
    assert all(name.startswith("tpl_own_") for name in names)


def test_a_pattern_that_finds_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"database\.depends_on: migrations/\*\.py names no file"):
        template_name(application(tmp_path), Database(depends_on=("migrations/*.py",)))
