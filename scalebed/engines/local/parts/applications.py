"""An application of the user's own: how a replica of it is started, and when it serves.

It gets its own programs and settings, and none of the testbed's.
"""

from __future__ import annotations

import http.client
import os
import shlex
import shutil
import string
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Processes, accepts, wait_until
from scalebed.engines.local.parts.replicas import Replica, status_of
from scalebed.engines.secrets import values
from scalebed.experiment.application import Application
from scalebed.messages import EngineError


def programs(environment: str | None) -> str:
    """The PATH: the application's own environment first, then the caller's without that of the testbed."""
    first = []
    if environment is not None:
        folder = Path(environment)
        inner = folder / "bin"
        first = [str(inner if inner.is_dir() else folder)]
    # Where the testbed is installed in no environment of its own, its programs lie among the system's.
    apart = sys.prefix != sys.base_prefix
    own = {str(Path(sys.executable).parent), str(Path(sys.prefix) / "bin")} if apart else set()
    usual = [*os.environ.get("PATH", "").split(":"), "/usr/local/bin", "/usr/bin", "/bin"]
    return ":".join(dict.fromkeys([*first, *(place for place in usual if place and place not in own)]))


def settings(application: Application, given: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of one process. Raises EngineError for a `$NAME` that is not given."""
    secret = values(application.secrets)
    known = {**given, **secret}
    own = {name: _put_in(text, known, f"env.{name}") for name, text in application.env.items()}
    return {"PATH": programs(application.environment), **given, **secret, **own}


def words(command: str, known: Mapping[str, str], what: str) -> list[str]:
    """The command's words with what is given put in. Raises EngineError where it cannot be read."""
    try:
        parts = shlex.split(command)
    except ValueError as error:
        raise EngineError(f"{what}: {command!r} cannot be read ({error}); close the quotes") from error
    if not parts:
        raise EngineError(f"{what}: is empty; name a program")
    return [_put_in(part, known, what) for part in parts]


def require_program(program: str, folder: Path, path: str, what: str) -> None:
    """That there is such a program. Raises EngineError."""
    if shutil.which(str(folder / program) if "/" in program else program, path=path) is None:
        raise EngineError(
            f"{what}: there is no program {program}; install it, name its folder as service.environment, or write "
            "its whole path"
        )


def folder_of(application: Application) -> Path:
    """Where it is run. Raises EngineError where there is no such folder."""
    folder = Path(application.folder or ".")
    if not folder.is_dir():
        raise EngineError(f"service.folder: {folder} is no folder; name the one in which the command runs")
    if application.environment is not None and not Path(application.environment).is_dir():
        raise EngineError(
            f"service.environment: {application.environment} is no folder; make the application's environment first"
        )
    return folder


def _put_in(text: str, known: Mapping[str, str], what: str) -> str:
    try:
        return string.Template(text).substitute(known)
    except KeyError as error:
        names = ", ".join(f"${name}" for name in sorted(known))
        raise EngineError(f"{what}: ${error.args[0]} is not given here; these are: {names}") from error
    except ValueError as error:
        raise EngineError(f"{what}: {text!r} has a $ that begins no name; write $$ for a dollar") from error


def start_application(
    processes: Processes,
    application: Application,
    name: str,
    *,
    logs: Path,
    given: Mapping[str, str],
    limited: bool,
    cores: tuple[int, ...] | None = None,
) -> Replica:
    """Start one replica; `name` is its group's, `given` what it gets of parts around it, such as `DATABASE_URL`."""
    port = free_port()
    env = settings(application, {**given, "HOST": "127.0.0.1", "PORT": str(port), "BIND": f"127.0.0.1:{port}"})
    argv = words(application.command, env, "service.command")
    folder = folder_of(application)
    require_program(argv[0], folder, env["PATH"], "service.command")
    group = processes.group(name, limited)
    log = logs / f"{name}.log"
    log.unlink(missing_ok=True)
    child = processes.start(
        name,
        argv,
        group=group,
        folder=folder,
        env=env,
        log=log,
        cores=cores,
        grace_s=application.stop,
    )
    return Replica(port, child, group)


def wait_serving(replica: Replica, application: Application) -> None:
    """Until it serves; raises EngineError with what it was asked and answered, and the last line of its log."""
    asked = _Asked(replica.port, application.ready)
    wait_until(replica.child, asked.serves, application.ready_within, pause_s=0.05, last=asked.said)


def serves(port: int, application: Application) -> bool:
    """Whether a replica on this port serves now."""
    return _Asked(port, application.ready).serves()


@dataclass
class _Asked:
    port: int
    ready: str
    answer: str = field(init=False, default="")

    def serves(self) -> bool:
        if self.ready == "port":
            self.answer = f"nothing listened on its port {self.port}"
            return accepts(self.port)
        status = self._status()
        return status is not None and (status < 400 if self.ready else status < 500)

    def said(self) -> str:
        return self.answer

    def _status(self) -> int | None:
        path = self.ready or "/"
        try:
            status = status_of(self.port, path, timeout_s=10)
        except (OSError, http.client.HTTPException) as error:
            self.answer = f"GET {path} had no answer ({error})"
            if isinstance(error, ConnectionRefusedError):
                self.answer = f"nothing listened on its port {self.port}, which it gets as $PORT and in $BIND"
            return None
        self.answer = f"GET {path} was a {status}"
        return status


def run_once(
    processes: Processes,
    application: Application,
    command: str,
    *,
    what: str,
    where: str,
    database: str,
    log: Path,
) -> int:
    """Run a command that serves nobody, with the application's settings and the database's URL; its exit status.

    `what` is what the process is called, `where` the key that the command stands at. Raises EngineError where it cannot
    be read, or its program is not there.
    """
    given = {
        **database_settings(database),
        # Nothing listens on any of these.
        "HOST": "127.0.0.1",
        "PORT": "1",
        "BIND": "127.0.0.1:1",
        "CACHE_URL": "redis://127.0.0.1:1/0",
    }
    env = settings(application, given)
    argv, folder = words(command, env, where), folder_of(application)
    require_program(argv[0], folder, env["PATH"], where)
    return processes.run(what, argv, group=processes.group("loader"), folder=folder, env=env, log=log)


def database_settings(url: str) -> dict[str, str]:
    """The database as one URL, and as the variables of Postgres's own client library."""
    parts = urlsplit(url)
    return {
        "DATABASE_URL": url,
        "PGHOST": parts.hostname or "",
        "PGPORT": str(parts.port or ""),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.lstrip("/"),
    }


def packages(environment: str | None) -> Sequence[str]:
    """What is installed in the application's environment, as `name version`; of Python's packages."""
    if environment is None:
        return ()
    folder = Path(environment)
    return sorted(path.stem.replace("-", " ", 1) for path in folder.glob("lib/python3*/site-packages/*.dist-info"))
