"""The databases of a cluster: one template per dataset, one clone per set of objects, throw-away copies for writes.

A database is named before it is filled, and marked with a comment once it is whole; one without the mark was
interrupted, and is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from scalebed.engines.local.isolation.processes import Processes, last_line
from scalebed.engines.local.parts.driver import sql
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.engines.services import Service, base_environment
from scalebed.messages import EngineError, Say

BYTES_PER_CONTACT = 1024
"""Rough, with the rows' own keys; a clone's further indexes may double it."""
_SPARE_BYTES = 2 * 2**30
_OURS = re.compile(r"^(tpl|cln|tmp)_")


class Databases:
    """Makes and keeps databases; every name it deals in starts with `tpl_`, `cln_` or `tmp_`."""

    def __init__(self, cluster: Cluster, processes: Processes, root: Path, logs: Path) -> None:
        self._cluster = cluster
        self._processes = processes
        self._root = root
        self._logs = logs
        self._equipped: set[str] = set()

    def template_name(self, contacts: int, seed: int, service: Service) -> str:
        """Services that share rows share a template; what another's own commands make is that service's alone."""
        rows = dataset_hash(self._root)
        if service.rows == "own":
            rows = hashed([rows, *_making(service)])
        return f"tpl_{contacts}_{seed}_{rows}"

    def clone_name(self, template: str, service: Service, switches: Mapping[str, str]) -> str:
        # Not the service's name: where the same command makes the same objects, one clone serves several services.
        choice = service.object_choice(switches)
        return f"cln_{hashed([template, *_resolved(service), json.dumps(choice, sort_keys=True)])}"

    def template(self, contacts: int, seed: int, service: Service, say: Say) -> str:
        """The loaded template for this dataset, made by this service's commands when it is not there."""
        name = self.template_name(contacts, seed, service)
        begun = time.monotonic()

        def fill(made: str) -> None:
            say(f"Loading {contacts:,} contacts (once; kept for later runs) …")
            self._run(service, "migrate", service.migrate, made, {})
            size = ["--count", str(contacts), "--seed", str(seed)]
            self._run(service, "load", [*service.load, *size], made, {})

        if self.once(name, fill):
            say(f"Loaded {contacts:,} contacts in {time.monotonic() - begun:.1f} s.")
        return name

    def clone(self, template: str, service: Service, switches: Mapping[str, str], say: Say) -> str:
        """A copy of the template with the objects that these switches ask for.

        The service's own command is run by each owner of the cluster once, so that changed definitions arrive in a
        clone that stands. Variants with the same objects have the same clone.
        """
        name = self.clone_name(template, service, switches)
        if name in self._equipped:
            return name
        begun = time.monotonic()
        fresh = not self._whole(name)
        if fresh:
            self._create(name, template)
        if service.objects is not None:
            environment = {"SWITCHES": service.changed(switches)}
            self._run(service, "objects", service.objects, name, environment)
        self._mark(name)
        self._equipped.add(name)
        if fresh:
            say(f"Made the database of {service.name} in {time.monotonic() - begun:.1f} s.")
        return name

    def once(self, name: str, fill: Callable[[str], None]) -> bool:
        """Make a database unless it is there as a whole, by `fill`, which is given its name; whether it was made."""
        if self._whole(name):
            return False
        self._create(name)
        fill(name)
        with self._cluster.connect(name) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        self._mark(name)
        return True

    def throw_away(self, clone: str) -> str:
        """A copy that may be written to; `drop` it."""
        name = f"tmp_{secrets.token_hex(6)}"
        self._create(name, clone)
        return name

    def renew(self, name: str, clone: str) -> None:
        """Put back the rows of a throw-away copy, under its name."""
        self._create(name, clone)

    def free(self, name: str) -> None:
        """End the connections that are open to it, or it could not be copied."""
        with self._cluster.connect("postgres") as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name]
            ).fetchall()

    def drop(self, name: str) -> None:
        if not _OURS.match(name):
            raise ValueError(f"{name} is not a database of the testbed")
        self._equipped.discard(name)
        with self._cluster.connect("postgres") as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def warm(self, name: str) -> int:
        """Write out what is dirty and read tables and indexes into memory; returns the bytes read."""
        with self._cluster.connect(name) as connection:
            connection.execute("CHECKPOINT")
            # What does not fit into Postgres's own buffers is read into the system's.
            row = connection.execute(
                """
                SELECT coalesce(sum(pg_prewarm(c.oid::regclass, CASE WHEN t.fits THEN 'buffer' ELSE 'read' END)), 0)
                  FROM pg_class c,
                       (SELECT pg_database_size(current_database())
                               < 0.8 * pg_size_bytes(current_setting('shared_buffers')) AS fits) t
                 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i', 'm')
                """
            ).fetchone()
        return 8192 * int(row[0]) if row else 0

    def make_room(self, needed: int, keep: Iterable[str]) -> None:
        """Drop throw-away copies, and the least recently used databases until `needed` bytes fit beside a reserve.

        Raises EngineError when even that does not do.
        """
        kept = set(keep)
        ours = [(self._used(name), name) for name in self.names() if name not in kept]
        for _, name in sorted(ours):
            short = shutil.disk_usage(self._cluster.folder).free < needed + _SPARE_BYTES
            if name.startswith("tmp_") or short:
                self.drop(name)
        free = shutil.disk_usage(self._cluster.folder).free
        if free < needed + _SPARE_BYTES:
            raise EngineError(
                f"{self._cluster.folder}: {needed / 2**30:.1f} GB for the dataset and a reserve of "
                f"{_SPARE_BYTES / 2**30:.0f} GB do not fit, {free / 2**30:.1f} GB are free; free some, or set "
                "SCALEBED_CACHE to a larger disk"
            )

    def names(self) -> Sequence[str]:
        with self._cluster.connect("postgres") as connection:
            rows = connection.execute("SELECT datname FROM pg_database").fetchall()
        return sorted(row[0] for row in rows if _OURS.match(row[0]))

    def has_rows(self, name: str, table: str) -> bool:
        """Whether there is a row in this table of a database."""
        with self._cluster.connect(name) as connection:
            asked = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
            row = connection.execute(asked).fetchone()
        return row is not None and bool(row[0])

    def sizes(self) -> dict[str, int]:
        """Bytes by name."""
        with self._cluster.connect("postgres") as connection:
            rows = connection.execute("SELECT datname, pg_database_size(datname) FROM pg_database").fetchall()
        return {name: size for name, size in sorted(rows) if _OURS.match(name)}

    def _create(self, name: str, template: str | None = None) -> None:
        self.drop(name)
        source = sql.SQL("TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template)) if template else sql.SQL("")
        statement = sql.SQL("CREATE DATABASE {} OWNER owner {}").format(sql.Identifier(name), source)
        with self._cluster.connect("postgres") as connection:
            connection.execute(statement)

    def _whole(self, name: str) -> bool:
        return "used" in self._comment(name)

    def _used(self, name: str) -> str:
        return str(self._comment(name).get("used", ""))

    def _comment(self, name: str) -> Mapping[str, object]:
        # One whose dropping was interrupted is still there, with its comment, and can only be dropped.
        query = (
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s AND datconnlimit <> -2"
        )
        with self._cluster.connect("postgres") as connection:
            row = connection.execute(query, [name]).fetchone()
        with contextlib.suppress(TypeError, ValueError):
            comment = json.loads(row[0]) if row else None
            if isinstance(comment, dict):
                return comment
        return {}

    def _mark(self, name: str) -> None:
        comment = json.dumps({"used": datetime.now(UTC).isoformat(timespec="seconds")})
        with self._cluster.connect("postgres") as connection:
            connection.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(comment))
            )

    def _run(
        self, service: Service, step: str, argv: Sequence[str], database: str, environment: Mapping[str, str]
    ) -> None:
        """Run one of the service's commands on a database; raises EngineError with the last line it said."""
        log = self._logs / f"{service.name}-{step}.log"
        metrics = self._logs / f"{service.name}-{step}-metrics"
        metrics.mkdir(exist_ok=True)
        status = self._processes.run(
            f"{service.name} {step}",
            argv,
            group=self._processes.group("loader"),
            folder=service.folder,
            env={
                **base_environment(self._root),
                "DATABASE_URL": self._cluster.url(database),
                "CACHE_URL": "redis://127.0.0.1:1/0",  # nothing listens there: commands need no cache
                "SECRET_KEY": secrets.token_urlsafe(48),
                "SWITCHES": "",
                "METRICS_DIR": str(metrics),
                "BIND": "127.0.0.1:1",
                # The owner's role has no limit, and building an index may take long.
                "STATEMENT_TIMEOUT_MS": "0",
                **environment,
            },
            log=log,
        )
        if status != 0:
            raise EngineError(f"{service.place}: {step} ended with status {status}: {last_line(log)} ({log})")


def dataset_hash(root: Path) -> str:
    """Changes whenever the rows or tables might: the loader's and the migrations' sources, and what they draw from."""
    # Objects come after the rows, by a command that is run for each clone again.
    dataset = root / "apps" / "dataset"
    files = [path for path in dataset.rglob("*.py") if path.parent.name not in {"objects", "commands"}]
    files += (root / "apps").glob("*/*/migrations/*.py")
    parts = [f"{path.relative_to(root)}\n{path.read_text(encoding='utf-8')}" for path in sorted(files)]
    return hashed([*parts, *(f"{name} {_version(name)}" for name in ("faker", "numpy"))])


def _making(service: Service) -> list[str]:
    """What decides the rows that a service's own commands make: the commands, the files they name, its migrations."""
    words = [*service.migrate, *service.load]
    named = {service.folder / word for word in words if (service.folder / word).is_file()}
    migrations = (path for path in service.folder.rglob("migrations/*") if path.is_file() and path.suffix != ".pyc")
    texts = [f"{path.relative_to(service.folder)}\n{path.read_bytes().hex()}" for path in sorted({*named, *migrations})]
    return [service.place, *words, *texts]


def _resolved(service: Service) -> list[str]:
    """The command that makes objects, with its paths in full."""
    argv = service.objects or ()
    return [str((service.folder / word).resolve()) if (service.folder / word).exists() else word for word in argv]


def _version(package: str) -> str:
    with contextlib.suppress(metadata.PackageNotFoundError):
        return metadata.version(package)
    return "absent"


def hashed(parts: Iterable[str]) -> str:
    """A short word for all of them together, fit for the name of a database."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
