"""The page of licences names the packages of the locks, and no others."""

import re
from pathlib import Path

import pytest

from docsmith import licences
from docsmith.licences import Package
from scalebed.paths import ROOT
from scalebed.requirements import LOCKS, read_pins

ROW = re.compile(r"^\| (\S+) \| (\S+) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)


def listed(language: str) -> dict[tuple[str, str], set[str]]:
    """Of the page: name and version → of whom."""
    text = (ROOT / licences.PAGE).read_text(encoding="utf-8")
    part = text.partition(f"## {language}\n")[2].partition("\n## ")[0]
    return {(name, version): set(whose.split(", ")) for name, version, whose in ROW.findall(part)[2:]}


def test_every_package_that_node_serves_with_is_listed() -> None:
    locks = sorted((ROOT / "apps" / "peers").glob("**/package-lock.json"))
    wanted = {
        (package.name, package.version)
        for lock in locks
        if "node_modules" not in lock.parts
        for _, package in licences.npm_packages(lock.read_text(encoding="utf-8"))
    }
    assert wanted
    assert listed("Node").keys() == wanted


def test_every_module_that_go_programs_ask_for_by_name_is_listed_with_its_version() -> None:
    found = listed("Go")
    for go_mod in (ROOT / "apps" / "peers").glob("*/go.mod"):
        required = dict(re.findall(r"^(?:require )?\t?(\S+\.\S+/\S+) v(\S+)", go_mod.read_text(), re.MULTILINE))
        mine = {name: version for (name, version), whose in found.items() if go_mod.parent.name in whose}
        assert mine.items() <= required.items()
        direct = re.findall(r"^(?:require )?\t?(\S+\.\S+/\S+) v[^/\n]*$", go_mod.read_text(), re.MULTILINE)
        assert {name for name in direct if required[name] != "0.0.0"} <= mine.keys()


@pytest.mark.parametrize("lock", [*LOCKS, licences.BOLT_LOCK])
def test_every_package_of_a_python_lock_is_listed_with_its_version(lock: str) -> None:
    pins = read_pins((ROOT / lock).read_text(encoding="utf-8"))
    versions = {name: set(re.findall(r"^\S+==(\S+)", pin.text, re.MULTILINE)) for name, pin in pins.items()}
    everywhere = {name for name, pin in pins.items() if " ; " not in pin.text}
    mine = {n: version for (n, version), whose in listed("Python").items() if Path(lock).parent.as_posix() in whose}
    assert everywhere <= mine.keys() <= pins.keys()
    assert all(version in versions[name] for name, version in mine.items())


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The MIT License\n\nPermission is hereby granted, free of charge, to any person", "MIT"),
        ("Redistribution and use in source and binary forms, with …\n* Neither the name of", "BSD-3-Clause"),
        ("Redistribution and use in source and binary forms, with …", "BSD-2-Clause"),
        (
            "                                 Apache License\n                           Version 2.0, January 2004",
            "Apache-2.0",
        ),
        ("All rights reserved.", None),
    ],
)
def test_a_licence_is_known_by_its_text(text: str, name: str | None) -> None:
    assert licences.licence_of(text) == name


def test_the_page_counts_by_language_and_lists_each() -> None:
    text = licences.page({"Python": {Package("b", "2", "MIT"): ["apps"]}, "Go": {Package("a", "1", "MIT"): ["gin"]}})

    assert "| MIT | 1 | 1 |" in text
    assert "| b | 2 | MIT | apps |" in text
