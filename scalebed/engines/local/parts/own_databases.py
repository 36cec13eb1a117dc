"""The database of an application of the user's own, filled by its own commands and kept under a hash of them."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

from scalebed.engines.local.isolation.processes import Processes, last_line
from scalebed.engines.local.parts.applications import folder_of, packages, run_once
from scalebed.engines.local.parts.databases import Databases, hashed
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.experiment.application import Application, Database
from scalebed.messages import EngineError, Say


def template_name(application: Application, database: Database) -> str:
    """Another one for whatever may change the rows: the commands, where and with what they run, and the files that they
    are said to depend on. Raises EngineError where a pattern of files finds none."""
    folder = folder_of(application)
    parts = [str(folder), *database.setup, json.dumps(dict(application.env), sort_keys=True)]
    parts += [json.dumps({name: str(each) for name, each in application.secrets.items()}, sort_keys=True)]
    parts += packages(application.environment)
    for path in _files(folder, database):
        parts.append(f"{path.relative_to(folder)}\n{hashlib.sha256(path.read_bytes()).hexdigest()}")
    return f"tpl_own_{hashed(parts)}"


def _files(folder: Path, database: Database) -> Iterator[Path]:
    for pattern in database.depends_on:
        try:
            found = sorted(path for path in folder.glob(pattern) if path.is_file())
        except (ValueError, NotImplementedError) as error:
            raise EngineError(f"database.depends_on: {pattern} is no pattern of files ({error})") from error
        if not found:
            raise EngineError(f"database.depends_on: {pattern} names no file in {folder}; mend it, or leave it out")
        yield from found


class OwnDatabases:
    """Makes templates by the applications' own commands. `logs` gets one file a command."""

    def __init__(self, cluster: Cluster, databases: Databases, processes: Processes, logs: Path) -> None:
        self._cluster = cluster
        self._databases = databases
        self._processes = processes
        self._logs = logs

    def template(self, application: Application, database: Database, say: Say) -> str:
        """The template's name; it is made where it is missing. Raises EngineError with a command's last line."""
        name = template_name(application, database)
        begun = time.monotonic()

        def fill(made: str) -> None:
            if database.setup:
                said = f"{len(database.setup)} command{'s' if len(database.setup) > 1 else ''}"
                say(f"Filling a database by {said} of the application (once; kept for later runs) …")
            for number, command in enumerate(database.setup, 1):
                self._run(application, command, number, made)
            self._databases.free(made)
            try:
                with self._cluster.connect(made) as connection:
                    # The cluster does not by itself, so that it does nothing while something is measured.
                    connection.execute("VACUUM ANALYZE")
            except EngineError as error:
                raise EngineError(
                    f"database.setup: it left no database that can be used ({error}); let it fill the one that it is "
                    "given, and neither drop nor rename that"
                ) from error

        if self._databases.once(name, fill):
            say(f"Made the application's database in {time.monotonic() - begun:.1f} s.")
        return name

    def _run(self, application: Application, command: str, number: int, name: str) -> None:
        log = self._logs / f"setup-{number}.log"
        status = run_once(
            self._processes,
            application,
            command,
            what=f"database.setup {number}",
            where=f"database.setup.{number - 1}",
            database=self._cluster.url(name),
            log=log,
        )
        if status != 0:
            raise EngineError(f"database.setup: {command} ended with status {status}: {last_line(log)} ({log})")
