"""The Go command: which one will do, and the environment it runs in.

As a program it is that command: `python -m scalebed.provision.go vet ./...`
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from scalebed import paths
from scalebed.messages import EngineError
from scalebed.provision import extras, programs
from scalebed.provision.network import passed_on

STRIPPED = "-s -w"
"""For the linker: without debugging tables, which nobody reads and the compiler is told not to make."""
_OWN = ("GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB")
"""What of Go's own a network may need; everything else of the caller's environment stays outside."""
_VERSION = re.compile(r"\bgo(\d+(?:\.\d+)+)")


def go_environment(cache: Path) -> dict[str, str]:
    """The environment Go runs in: everything it keeps is in the cache, and it fetches no other Go."""
    return passed_on("PATH", "HOME", *_OWN) | {
        "GOPATH": str(cache / "go"),
        "GOMODCACHE": str(cache / "go" / "mod"),
        "GOCACHE": str(cache / "go" / "build"),
        "GOTOOLCHAIN": "local",
        # The same for every command, so that what one has compiled the others need not compile again.
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false -trimpath -gcflags=all=-dwarf=false",
        # Compilers live for seconds: their garbage is left, up to this much in each.
        "GOGC": "off",
        "GOMEMLIMIT": "1GiB",
        "GOTELEMETRY": "off",
        "CGO_ENABLED": "0",
    }


def find_go(least: tuple[int, ...]) -> Path:
    """Go from PATH where it is new enough, otherwise from its wheel."""
    found = []
    for go in _go_candidates():
        version = go_version(go)
        if version is not None and numbers(version) >= least:
            return go
        found.append(f"{go} is {version or 'no Go that runs'}")
    needed = ".".join(map(str, least))
    raise EngineError(
        f"Go {needed} or newer is needed ({'; '.join(found) or 'there is none'}): install it, or run "
        f"{extras.command('go')}"
    )


def _go_candidates() -> Iterator[Path]:
    on_path = shutil.which("go")
    if on_path is not None:
        yield Path(on_path)
    wheel = find_spec("go")
    for folder in (wheel.submodule_search_locations or []) if wheel is not None else []:
        if (Path(folder) / "bin" / "go").exists():
            yield Path(folder) / "bin" / "go"


def go_version(go: Path) -> str | None:
    """`1.27.3`, or None where it cannot be run."""
    return programs.version([str(go), "version"], _VERSION, {**os.environ, "GOTOOLCHAIN": "local"})


def numbers(version: str) -> tuple[int, ...]:
    """`1.27.3` → (1, 27, 3)."""
    return tuple(int(part) for part in version.split("."))


def needed_go(go_mod: str) -> tuple[int, ...]:
    """The version that the text of a go.mod asks for."""
    match = re.search(r"^go (\d+(?:\.\d+)*)$", go_mod, re.MULTILINE)
    if match is None:
        raise EngineError("the extension's go.mod names no Go version: restore it from version control")
    return numbers(match[1])


def main(words: list[str]) -> None:
    """Become the Go command with these words."""
    go = find_go((1,))
    os.execve(go, [str(go), *words], go_environment(paths.cache()))  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except EngineError as error:
        sys.exit(f"scalebed: {error}")
