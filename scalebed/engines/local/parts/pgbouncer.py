"""PgBouncer between the replicas and Postgres, in the mode and with the connections that each variant asks for."""

from __future__ import annotations

import secrets
import signal
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.local.isolation.processes import Account, Child, Processes, accepts, wait_until
from scalebed.engines.local.parts.driver import psycopg, sql
from scalebed.engines.local.parts.postgres import MAX_CONNECTIONS, Cluster
from scalebed.experiment.variant import Pooling
from scalebed.provision.servers import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CLIENTS = 4000
_CONFIG = """\
[databases]
{databases}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
admin_users = admin
pool_mode = transaction
max_client_conn = {clients}
default_pool_size = {pool}
max_prepared_statements = 500
server_tls_sslmode = disable
; A refused login is tried again soon, so that a database that was away costs seconds at most.
server_login_retry = 1
; While the database is away queries wait for a server connection, and 120 s is the default: whoever asks then would
; wait for the whole outage. Nobody is glad of an answer after 3 s, and a restart takes less.
query_wait_timeout = 3
ignore_startup_parameters = extra_float_digits
; The naive service connects for every request: a line for each would be the pooler's main work.
log_connections = 0
log_disconnections = 0
log_stats = 0
"""


MOST_CONNECTIONS = MAX_CONNECTIONS - 20
"""That a pool may open: the rest stays free for the engine itself and for superusers."""


def pool_size(cores: float) -> int:
    """Server connections where none are asked for: four per core keep the database busy."""
    return min(MOST_CONNECTIONS, max(8, round(4 * cores)))


@dataclass(frozen=True)
class Pooled:
    """A database of the cluster, and how clients are let to it."""

    database: str
    pooling: Pooling = field(default_factory=Pooling)

    def line(self, alias: str, port: int, size: int) -> str:
        """A line of PgBouncer's configuration. With the pooler off nobody uses it, and it opens no connection."""
        mode = "transaction" if self.pooling.mode == "off" else self.pooling.mode
        size = self.pooling.size or size
        return f"{alias} = host=127.0.0.1 port={port} dbname={self.database} pool_mode={mode} pool_size={size}"


class Pooler:
    """One PgBouncer. `databases` maps the names that clients use to what is behind them."""

    def __init__(self, part: Part, cluster: Cluster, folder: Path, account: Account | None) -> None:
        self._part = part
        self._cluster = cluster
        self._folder = folder
        self._account = account
        self._admin = secrets.token_urlsafe(24)
        self._child: Child | None = None
        self.port = 0

    def start(
        self,
        processes: Processes,
        databases: Mapping[str, Pooled],
        cores: float,
        log: Path,
        pinned: tuple[int, ...] | None = None,
    ) -> Child:
        self.port = free_port()
        self._folder.mkdir(parents=True, exist_ok=True)
        users = self._folder / "users.txt"
        config = self._folder / "pgbouncer.ini"
        users.touch(mode=0o600)
        users.write_text(f'"app" "{self._cluster.scram_secret("app")}"\n"admin" "{self._admin}"\n', encoding="utf-8")
        size = pool_size(cores)
        lines = [pooled.line(alias, self._cluster.port, size) for alias, pooled in databases.items()]
        config.write_text(
            _CONFIG.format(databases="\n".join(lines), port=self.port, users=users, clients=MAX_CLIENTS, pool=size),
            encoding="utf-8",
        )
        if self._account is not None:
            for path in (self._folder, users, config):
                self._account.own(path)
        self._child = processes.start(
            "PgBouncer",
            [str(self._part.path), str(config)],
            group=processes.group("pooler"),
            folder=self._folder,
            env={},
            log=log,
            account=self._account,
            cores=pinned,
            stop_signal=signal.SIGINT,  # SIGTERM would wait for every client to leave
        )
        return self._child

    @property
    def child(self) -> Child:
        assert self._child is not None, "start it first"  # noqa: S101
        return self._child

    def wait(self) -> None:
        """Until it accepts connections."""
        assert self._child is not None, "start it first"  # noqa: S101
        wait_until(self._child, lambda: accepts(self.port), timeout_s=15)

    def url(self, alias: str) -> str:
        """What a replica gets as `DATABASE_URL`."""
        return f"postgres://app:{self._cluster.passwords['app']}@127.0.0.1:{self.port}/{alias}"

    @contextmanager
    def paused(self, alias: str) -> Iterator[None]:
        """No connection to the database behind this name; clients keep theirs and wait."""
        url = f"postgres://admin:{self._admin}@127.0.0.1:{self.port}/pgbouncer"
        # The console speaks the simple protocol only, in which the client fills in parameters.
        with psycopg.connect(url, autocommit=True, cursor_factory=psycopg.ClientCursor) as console:
            console.execute(sql.SQL("PAUSE {}").format(sql.Identifier(alias)))
            try:
                yield
            finally:
                console.execute(sql.SQL("RESUME {}").format(sql.Identifier(alias)))
