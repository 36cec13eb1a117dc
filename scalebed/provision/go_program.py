"""Builds a program from Go modules into the cache, once for each version of Go and of its source."""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from scalebed.messages import EngineError, Say
from scalebed.provision.go import STRIPPED, find_go, go_environment, go_version, needed_go


@dataclass(frozen=True)
class GoProgram:
    """What is built: `package` of the module in `source`, which `told` says of while one waits."""

    name: str
    source: Path
    package: str
    told: str


def ensure(cache: Path, wanted: GoProgram, say: Say) -> Path:
    """The program in `cache` that was built with the Go found here; built if missing.

    Raises EngineError where there is no Go or the build fails.
    """
    go = find_go(_needed_go(wanted.source))
    folder = cache / wanted.name
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / source_key(wanted.source, go_version(go) or "") / wanted.name
    if program.exists():
        return program
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            say(wanted.told)
            # One at a time, whatever its name: a build takes away what it has compiled, and the archives of modules.
            with (cache / "go-build.lock").open("w") as builds:
                fcntl.flock(builds, fcntl.LOCK_EX)
                _build(go, wanted, cache, program)
    return program


def _needed_go(source: Path) -> tuple[int, ...]:
    try:
        return needed_go((source / "go.mod").read_text(encoding="utf-8"))
    except OSError as error:
        raise EngineError(f"{source}: holds no Go module ({error.strerror}); name one of loadtest/") from error


def source_key(source: Path, version: str) -> str:
    """Names a build: it changes with Go's version and with every file that goes into the program."""
    digest = hashlib.sha256(version.encode())
    files = [path for pattern in ("**/*.go", "go.mod", "go.sum") for path in source.glob(pattern)]
    for path in sorted(path for path in files if not path.name.endswith("_test.go")):
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(source).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _build(go: Path, wanted: GoProgram, cache: Path, program: Path) -> None:
    log = program.parent.parent / "build.log"
    env = go_environment(cache)
    kept = Path(env["GOCACHE"])
    for_others = kept.exists()
    with tempfile.TemporaryDirectory(prefix="build-", dir=program.parent.parent) as work, log.open("wb") as output:
        # Built beside its place and renamed into it when whole.
        made = Path(work) / wanted.name
        argv = [str(go), "build", f"-ldflags={STRIPPED}", "-o", str(made), wanted.package]
        done = subprocess.run(argv, cwd=wanted.source, env=env, stdout=output, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise EngineError(f"{wanted.name} could not be built from {wanted.source}: {last_line(log)} ({log})")
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
