"""Builds a service that has to be built before it runs, in a copy of its sources, once for each state of them."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from scalebed.messages import EngineError, Say
from scalebed.provision.go import find_go, go_environment, go_version, needed_go
from scalebed.provision.go_program import last_line
from scalebed.provision.node import find_node, npm_environment
from scalebed.provision.python import find_python, pip_environment

Toolchain = Literal["go", "node", "python"]
LEFT_OUT = frozenset({"node_modules", "__pycache__", "dist", "test", "README.md", "Dockerfile", "variant.toml"})
"""What no build reads: what an earlier one made in the sources, tests, and what is for people and engines."""

_REQUIRED = re.compile(r"^(?:require\s+|\t)([^\s/()]+\.[^\s()]+)\s+(v[^\s]+)\s*$")
"""A line of a go.mod: a module that is asked for by name, which has no `// indirect` behind it."""
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z,]+\])?==(\S+)")
"""A line of a requirements.in."""
_OF_NPM = re.compile(r"npm (?:error|ERR!) (?!(?:code|syscall|errno|path|type|signal|command|A complete log)\b)(\S.*)")
"""A line of npm's that says what went wrong; its last one names a log."""
_NOWHERE = "v0.0.0"
"""Of a module that stands in a folder beside."""


@dataclass(frozen=True)
class Build:
    """How a service is built: `argv`, run in a copy of `folder` that stands among copies of `sources`.

    All of them lie below `root`, whose layout the copy keeps.
    """

    name: str
    root: Path
    folder: Path
    sources: tuple[Path, ...]
    argv: tuple[str, ...]
    toolchain: Toolchain


@dataclass(frozen=True)
class Home:
    """Where a service's server is started: the folder, and what comes before other programs on its PATH."""

    folder: Path
    programs: tuple[Path, ...] = ()

    def path(self, others: str) -> str:
        """PATH, with the programs first."""
        return ":".join([*map(str, self.programs), others])


@dataclass(frozen=True)
class _Tools:
    """A toolchain that was found; both functions are of the cache."""

    version: str
    """Such as `go 1.27.3`."""
    programs: Callable[[Path], Path]
    """The folder of its programs."""
    environment: Callable[[Path], Mapping[str, str]]
    """What it runs in."""


def ensure(cache: Path, wanted: Build, say: Say) -> Home:
    """The built copy, made if there is none of these sources.

    Raises EngineError where the toolchain is missing, a source is, or the build fails.
    """
    tools = _tools(wanted)
    kept = cache / "services" / wanted.name
    made = kept / source_key(wanted, tools.version)
    if made.exists():
        return _home(cache, wanted, tools, made)
    kept.mkdir(parents=True, exist_ok=True)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            say(f"Building {wanted.name}; this is done once for each state of its sources.")
            # One at a time, whatever its name: two would take twice the memory, and share what they download.
            with (cache / "services" / "build.lock").open("w") as builds:
                fcntl.flock(builds, fcntl.LOCK_EX)
                made = _make(cache, wanted, tools)
    return _home(cache, wanted, tools, made)


def _home(cache: Path, wanted: Build, tools: _Tools, made: Path) -> Home:
    return Home(made / wanted.folder.relative_to(wanted.root), (tools.programs(cache),))


def require_toolchain(wanted: Build) -> str:
    """Its version, such as `go 1.27.3`; raises EngineError with what to do where there is none that will do."""
    return _tools(wanted).version


def versions(wanted: Build) -> dict[str, str]:
    """What it is built with: the toolchain, the packages that it asks for by name, and a key of all its sources."""
    toolchain = require_toolchain(wanted)
    name, version = toolchain.split(" ", 1)
    return {name: version, **dict(sorted(packages(wanted).items())), "sources": source_key(wanted, toolchain)}


def packages(wanted: Build) -> dict[str, str]:
    """Name → version of the packages that its sources ask for by name."""
    return {"go": _of_go_mod, "node": _of_npm_lock, "python": _of_requirements}[wanted.toolchain](wanted)


def _texts(wanted: Build, name: str) -> list[str]:
    """Of all files of this name that go in."""
    return [path.read_text(encoding="utf-8") for path in files_of(wanted) if path.name == name]


def _asked(wanted: Build, name: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """The two groups of a pattern, in each line of such a file that begins with it."""
    lines = [line for text in _texts(wanted, name) for line in text.splitlines()]
    return {match[1]: match[2] for line in lines if (match := pattern.match(line))}


def _of_go_mod(wanted: Build) -> dict[str, str]:
    asked = _asked(wanted, "go.mod", _REQUIRED)
    return {module: version for module, version in asked.items() if version != _NOWHERE}


def _of_npm_lock(wanted: Build) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in _texts(wanted, "package-lock.json"):
        packages = json.loads(text).get("packages", {})
        for name in packages.get("", {}).get("dependencies", {}):
            if version := packages.get(f"node_modules/{name}", {}).get("version"):
                found[name] = version
    return found


def _of_requirements(wanted: Build) -> dict[str, str]:
    return _asked(wanted, "requirements.in", _PINNED)


def source_key(wanted: Build, version: str) -> str:
    """Names a build: it changes with the toolchain's version, the command, and every file that goes in."""
    return _key(wanted, version, wanted.root, files_of(wanted))


def _key(wanted: Build, version: str, root: Path, files: Sequence[Path]) -> str:
    digest = hashlib.sha256("\0".join([version, *wanted.argv]).encode())
    for path in files:
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def files_of(wanted: Build) -> Sequence[Path]:
    """Every file that goes in, in order; raises EngineError where a source is missing."""
    found: set[Path] = set()
    for place in (wanted.folder, *wanted.sources):
        if place.is_file():
            found.add(place)
        elif place.is_dir():
            found.update(_below(place))
        else:
            raise EngineError(
                f"{place}: is missing, which {wanted.name} is built from; restore it from version control"
            )
    return sorted(found)


def _below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in LEFT_OUT and not name.startswith(".")]
        for name in names:
            if name not in LEFT_OUT and not name.startswith("."):
                yield Path(parent) / name


def _tools(wanted: Build) -> _Tools:
    match wanted.toolchain:
        case "go":
            go = find_go(needed_go((wanted.folder / "go.mod").read_text(encoding="utf-8")))
            return _Tools(f"go {go_version(go)}", lambda cache: go.parent, go_environment)
        case "node":
            node = find_node()
            return _Tools(f"node {node.version}", node.programs, npm_environment)
        case "python":
            python = find_python()
            return _Tools(f"python {python.version}", python.programs, pip_environment)


def _make(cache: Path, wanted: Build, tools: _Tools) -> Path:
    """Where it stands then, named by what was copied: sources may have changed while other builds were waited for."""
    kept = cache / "services" / wanted.name
    # Left by one that was killed; whoever builds has the lock.
    for left in kept.glob("build-*/"):
        shutil.rmtree(left, ignore_errors=True)
    log = kept / "build.log"
    with tempfile.TemporaryDirectory(prefix="build-", dir=kept) as work, log.open("wb") as output:
        copy = Path(work) / "apps"
        files = [(path, copy / path.relative_to(wanted.root)) for path in files_of(wanted)]
        for path, place in files:
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
        made = kept / _key(wanted, tools.version, copy, [place for _, place in files])
        if made.exists():
            return made
        folder = copy / wanted.folder.relative_to(wanted.root)
        env = {"PATH": "/usr/bin:/bin", **tools.environment(cache)}
        env["PATH"] = f"{tools.programs(cache)}:{env['PATH']}"
        if _status(wanted.argv, folder, env, output) != 0:
            raise EngineError(f"{wanted.name} could not be built: {_why(log)} ({log})")
        # Built beside its place and renamed into it when whole.
        copy.rename(made)
        return made


def _status(argv: Sequence[str], folder: Path, env: Mapping[str, str], output: IO[bytes]) -> int:
    """Of the build once it has ended, which it does with all that it started where this process is interrupted."""
    with subprocess.Popen(
        argv,
        cwd=folder,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as build:
        try:
            return build.wait()
        except BaseException:
            os.killpg(build.pid, signal.SIGKILL)
            build.wait()
            raise


def _why(log: Path) -> str:
    said = _OF_NPM.search(log.read_text(encoding="utf-8", errors="replace"))
    return said[1][:300] if said else last_line(log)
