"""`python -m docsmith.licences` writes docs/reference/licences.md: under which licence each package of a service is.

npm's locks say it themselves. Of a Go program the modules that are linked into it are asked for their file, of a
Python package its metadata; so both are built or installed first. What only other systems or other Pythons install is
not looked at.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from docsmith.markdown import table
from scalebed import paths
from scalebed.engines.services import Service, read_peers
from scalebed.messages import EngineError
from scalebed.provision import builds
from scalebed.provision.go import find_go
from scalebed.requirements import LOCKS, normal_name, read_pins

PAGE = Path("docs") / "reference" / "licences.md"
BOLT_LOCK = "apps/peers/bolt/requirements.lock"
_HEAD = """\
# Licences of what services are made of

Packages of the locks, as their publishers have them; `scripts/licences` makes this page, and a test holds it to the
locks. What only other systems or Pythons install is not looked at. Nothing here is part of Scalebed's own source."""
_LINKED = re.compile(r"^\tdep\t(?P<name>\S+)\t(?P<version>\S+)", re.MULTILINE)
_FILES = ("LICENSE", "LICENSE.txt", "LICENSE.md", "LICENCE", "COPYING")
# By the licences' own texts, the one that another contains last.
_TEXTS = (
    ("Apache-2.0", r"Apache License\s+Version 2\.0"),
    ("MPL-2.0", r"Mozilla Public License,? [Vv]ersion 2\.0"),
    ("BSD-3-Clause", r"Redistribution and use in source and binary forms.*Neither the name"),
    ("BSD-2-Clause", r"Redistribution and use in source and binary forms"),
    ("ISC", r"Permission to use, copy, modify, and(/or)? distribute this software"),
    ("MIT", r"Permission is hereby granted, free of charge"),
)
_NAMES = {
    "MIT License": "MIT",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "3-Clause BSD License": "BSD-3-Clause",
    "BSD 3-Clause OR Apache-2.0": "Apache-2.0 OR BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "Python Software Foundation License": "PSF-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""What PyPI and publishers call them → SPDX's name, as far as it says which."""
_SHORT = 40
"""Letters of a licence's name; what is longer is its text."""


@dataclass(frozen=True, order=True)
class Package:
    """One version of a package, and its licence by SPDX's name, or in its publisher's words."""

    name: str
    version: str
    licence: str


def main() -> None:
    """Write the page; what cannot be told ends it with a sentence."""
    cache = paths.cache()
    try:
        tables = {
            "Python": _python(paths.ROOT, cache),
            "Node": _node(paths.ROOT, cache),
            "Go": _go(paths.ROOT, cache),
        }
    except EngineError as error:
        sys.exit(f"docsmith: {error}")
    (paths.ROOT / PAGE).write_text(page(tables), encoding="utf-8")
    print(paths.ROOT / PAGE)


def page(tables: Mapping[str, Mapping[Package, Sequence[str]]]) -> str:
    """How many packages are under which licence, then each of them; `tables`: language → package → of whom."""
    counts = {language: Counter(package.licence for package in packages) for language, packages in tables.items()}
    licences = sorted({licence for count in counts.values() for licence in count})
    parts = [_HEAD, table(["licence", *tables], [[n, *(str(counts[k][n] or "") for k in tables)] for n in licences])]
    for language, packages in tables.items():
        rows = [[p.name, p.version, p.licence, ", ".join(whose)] for p, whose in sorted(packages.items())]
        parts += [f"## {language}", table(["package", "version", "licence", "of"], rows)]
    return "\n\n".join(parts) + "\n"


def npm_packages(lock: str) -> Iterator[tuple[Path, Package]]:
    """Place and package of each that a package-lock.json installs to serve; old ones have no licence there."""
    for place, package in json.loads(lock)["packages"].items():
        name = place.rpartition("node_modules/")[2]
        if name and not package.get("dev") and not package.get("link"):
            yield Path(place), Package(name, package["version"], str(package.get("license", "")))


def licence_of(text: str) -> str | None:
    """Which of the usual licences a file is."""
    return next((name for name, pattern in _TEXTS if re.search(pattern, text, re.DOTALL)), None)


def _services(root: Path, toolchain: str) -> Iterator[Service]:
    for service in read_peers(root):
        if service.build is not None and service.build.toolchain == toolchain:
            yield service


def _node(root: Path, cache: Path) -> Mapping[Package, Sequence[str]]:
    found: dict[Package, list[str]] = {}
    homes = [builds.ensure(cache, each.build, print).folder for each in _services(root, "node") if each.build]
    for whose, folder in [("core/node", homes[0].parent / "core" / "node"), *((home.name, home) for home in homes)]:
        for place, package in npm_packages((folder / "package-lock.json").read_text(encoding="utf-8")):
            licence = package.licence or _of_folder(folder / place)
            found.setdefault(replace(package, licence=licence), []).append(whose)
    return found


def _go(root: Path, cache: Path) -> Mapping[Package, Sequence[str]]:
    found: dict[Package, list[str]] = {}
    for service in _services(root, "go"):
        assert service.build is not None  # noqa: S101 - as was asked for
        program = builds.ensure(cache, service.build, print).folder / "service"
        told = subprocess.run([find_go((1,)), "version", "-m", program], capture_output=True, text=True, check=True)
        for match in _LINKED.finditer(told.stdout):
            if match["version"] == "v0.0.0":  # of the core, which is ours
                continue
            folder = cache / "go" / "mod" / f"{_escaped(match['name'])}@{_escaped(match['version'])}"
            package = Package(match["name"], match["version"].removeprefix("v"), _of_folder(folder))
            found.setdefault(package, []).append(service.name)
    return found


def _escaped(text: str) -> str:
    """As Go's cache of modules spells capitals."""
    return re.sub("[A-Z]", lambda match: f"!{match[0].lower()}", text)


def _of_folder(folder: Path) -> str:
    for file in (folder / name for name in _FILES):
        if file.exists() and (licence := licence_of(file.read_text(encoding="utf-8"))):
            return licence
    raise EngineError(
        f"{folder}: no licence that is known in {', '.join(_FILES)}; look, and add it to docsmith/licences.py"
    )


def _python(root: Path, cache: Path) -> Mapping[Package, Sequence[str]]:
    found: dict[Package, list[str]] = {}
    (bolt,) = _services(root, "python")
    assert bolt.build is not None  # noqa: S101 - as was asked for
    home = builds.ensure(cache, bolt.build, print).folder
    places = [str(place) for place in home.glob("**/site-packages")]
    for lock, where in [*((lock, sys.path) for lock in LOCKS), (BOLT_LOCK, places)]:
        installed = {normal_name(each.name): each for each in metadata.distributions(path=where)}
        for name in read_pins((root / lock).read_text(encoding="utf-8")):
            if name in installed:
                package = Package(name, installed[name].version, _of_metadata(installed[name]))
                found.setdefault(package, []).append(Path(lock).parent.as_posix())
    return found


def _of_metadata(distribution: metadata.Distribution) -> str:
    """SPDX's expression; or what the classifiers, or the texts, of those who have none come to."""
    told = distribution.metadata
    if expressions := told.get_all("License-Expression"):
        return str(expressions[0])
    names = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if each.startswith("License :: ")]
    named = sorted({_NAMES.get(name, name) for name in names if name != "OSI Approved"})
    if named and named != ["BSD"]:
        return " AND ".join(named)
    # Its own words may be the whole text; and which BSD's it is, if anything, the file tells.
    words = told.get_all("License") or []
    known = next((licence for text in [*words, *_files(distribution)] if (licence := licence_of(text))), None)
    said = [known, *(_NAMES.get(text, text) for text in words if len(text) < _SHORT), *named]
    if (first := next(filter(None, said), None)) is None:
        raise EngineError(f"{distribution.name}: its metadata has no licence that is known; look at its project")
    return str(first)


def _files(distribution: metadata.Distribution) -> Iterator[str]:
    for file in distribution.files or ():
        if file.name.upper().startswith(("LICENSE", "LICENCE", "COPYING")):
            yield file.read_text()


if __name__ == "__main__":
    main()
