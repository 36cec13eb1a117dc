"""A Postgres cluster in the cache, kept between runs, listening on loopback only while an owner uses it."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Account, Child, Processes, environment, last_line, wait_until
from scalebed.engines.local.parts import driver
from scalebed.engines.local.parts.driver import psycopg, sql
from scalebed.messages import EngineError
from scalebed.provision.locks import Lock, TakenError
from scalebed.provision.servers import Part

STATEMENT_TIMEOUT_MS = 10_000
"""What `app` is allowed for one statement: far above any SLO, so that only a hopeless query meets it."""
MAX_CONNECTIONS = 100


def settings(memory_bytes: int) -> dict[str, str]:
    """Server settings, each for a reason, in words of postgresql.conf. All of them go into the fingerprint."""
    megabytes = memory_bytes // 2**20
    return {
        # A quarter of the memory, as the manual advises; beyond 2 GB the largest dataset gains nothing.
        "shared_buffers": f"{min(2048, max(128, megabytes // 4))}MB",
        "effective_cache_size": f"{megabytes // 2}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{min(512, max(64, megabytes // 16))}MB",
        "max_connections": str(MAX_CONNECTIONS),
        # Writes are as durable as in production, so that a trial pays what they cost; and the loaded
        # datasets, which are kept between runs, survive a power cut.
        "fsync": "on",
        "synchronous_commit": "on",
        # No replica and no archive: loading and index builds may skip the log and sync files instead.
        "wal_level": "minimal",
        "max_wal_senders": "0",
        # Checkpoints come when the engine asks, before a repetition, and not in the middle of a trial.
        "checkpoint_timeout": "1h",
        "max_wal_size": "4GB",
        # Datasets are vacuumed and analysed when loaded, and a clone that is written to lives for one trial.
        "autovacuum": "off",
        # Compiling a query and spreading it over workers both pay for long queries with cores that the replicas
        # and the load generator count on; without them a query's CPU depends on the query alone.
        "jit": "off",
        "max_parallel_workers_per_gather": "0",
        # The data is in memory, where a page out of order costs no more than the next one.
        "random_page_cost": "1.1",
        "shared_preload_libraries": "pg_stat_statements",
        # Clones share blocks with their template where the file system can.
        "file_copy_method": "clone",
        "password_encryption": "scram-sha-256",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "log_min_messages": "warning",
        "log_line_prefix": "%m ",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


class Cluster:
    """One data folder. `lock` keeps a second owner out while it is open."""

    def __init__(self, part: Part, folder: Path, account: Account | None) -> None:
        driver.require()
        self._part = part
        self.folder = folder
        self._account = account
        self._data = folder / "data"
        self._lock = Lock(folder / "lock")
        self._child: Child | None = None
        self.port = 0
        self.passwords: dict[str, str] = {}
        self.settings = settings(psutil.virtual_memory().total)

    def lock(self, wait: bool = False) -> None:
        """Claim the cluster; raises EngineError naming the owner when another has it."""
        try:
            self._lock.acquire(wait)
        except TakenError as taken:
            raise EngineError(
                f"{self.folder}: process {taken.owner} uses this Postgres; wait for it, or end it with scalebed down"
            ) from None

    def start(self, processes: Processes, log: Path, cores: tuple[int, ...] | None = None) -> None:
        """Make the cluster if there is none, and start it on a free port."""
        self._init()
        self.port = free_port()
        options = [f"--{key}={value}" for key, value in self.settings.items()]
        self._child = processes.start(
            "Postgres",
            [str(self._part.path), "-D", str(self._data), f"--port={self.port}", *options],
            group=processes.group("database"),
            folder=self._data,
            env={"LC_ALL": "C"},
            log=log,
            account=self._account,
            cores=cores,
            stop_signal=signal.SIGINT,  # a fast shutdown: it does not wait for clients
        )
        self.wait()

    def _init(self) -> None:
        secret = self.folder / "passwords"
        if (self.folder / "complete").exists():
            self.passwords = dict(line.split() for line in secret.read_text().splitlines())
            return
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(parents=True)
        self._data.chmod(0o700)
        self.passwords = {role: secrets.token_urlsafe(24) for role in ("postgres", "owner", "app")}
        first = self.folder / "first-password"
        first.write_text(self.passwords["postgres"])
        first.chmod(0o600)
        if self._account is not None:
            self._account.own(self._data)
            self._account.own(first)
        self._initdb(first)
        first.unlink()
        secret.touch(mode=0o600)
        secret.write_text("".join(f"{role} {password}\n" for role, password in self.passwords.items()))
        (self.folder / "complete").touch()

    def _initdb(self, password_file: Path) -> None:
        initdb = self._part.path.with_name("initdb")
        # The builtin provider sorts alike on every machine, whatever its C library.
        locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        access = ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"]
        log = self.folder / "initdb.log"
        identity: dict[str, Any] = {}
        if self._account is not None:
            identity = {"user": self._account.uid, "group": self._account.gid, "extra_groups": []}
        try:
            with log.open("wb") as file:
                done = subprocess.run(
                    [str(initdb), "-D", str(self._data), *locale, *access],
                    cwd=self.folder,
                    env=environment({}),
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    check=False,
                    **identity,
                )
        except PermissionError as error:
            raise EngineError(
                f"{self.folder}: the user {self._account.name if self._account else 'running this'} cannot enter it or "
                f"run {initdb}; set SCALEBED_CACHE to a folder that everybody may enter, such as one in /var/cache"
            ) from error
        if done.returncode != 0:
            raise EngineError(f"Postgres could not make its data folder: {last_line(log)} ({log})")

    @property
    def child(self) -> Child:
        assert self._child is not None, "start it first"  # noqa: S101
        return self._child

    def wait(self) -> None:
        """Until it answers, as after a crash, when it first replays its log."""
        wait_until(self.child, self._answers, timeout_s=120)

    def _answers(self) -> bool:
        try:
            with self.connect("postgres") as connection:
                self._make_roles(connection)
        except EngineError as error:
            if not isinstance(error.__cause__, psycopg.OperationalError):
                raise
            return False
        return True

    def _make_roles(self, connection: psycopg.Connection) -> None:
        """`owner` makes and loads tables without a time limit; `app` may do the same within the statement timeout."""
        known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
        for role in ("owner", "app"):
            if role not in known:
                connection.execute(
                    sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(self.passwords[role])
                    )
                )
        connection.execute("GRANT owner TO app")
        connection.execute(
            sql.SQL("ALTER ROLE app SET statement_timeout = {}").format(sql.Literal(STATEMENT_TIMEOUT_MS))
        )

    @contextlib.contextmanager
    def connect(self, database: str, role: str = "postgres") -> Iterator[psycopg.Connection]:
        """Autocommit; `postgres` is the superuser. Raises EngineError for whatever Postgres refuses."""
        try:
            with psycopg.connect(self.url(database, role), autocommit=True, connect_timeout=5) as connection:
                yield connection
        except psycopg.Error as error:
            said = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise EngineError(f"Postgres, database {database}: {said}") from error

    def url(self, database: str, role: str = "owner") -> str:
        """Straight to Postgres, past the pooler."""
        return f"postgres://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def scram_secret(self, role: str) -> str:
        """The stored secret, with which a pooler can log clients in and itself on, and never learns the password."""
        with self.connect("postgres") as connection:
            row = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role]).fetchone()
        if row is None:
            raise EngineError(f"{self.folder}: the role {role} is gone; run scalebed down --purge")
        return str(row[0])

    def shown_settings(self) -> Mapping[str, str]:
        """As the running server has them."""
        with self.connect("postgres") as connection:
            rows = connection.execute(
                "SELECT name, current_setting(name) FROM pg_settings WHERE name = ANY(%s)", [list(self.settings)]
            ).fetchall()
        return dict(sorted(rows))

    def stop(self, processes: Processes) -> None:
        if self._child is not None:
            processes.stop([self._child], grace_s=60)  # a shutdown writes a checkpoint
            self._child = None

    def unlock(self) -> None:
        self._lock.release()
