"""Services as a person starts them: their links can be followed as they are, over plain HTTP and behind TLS."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from optimized.config.switches import TABLE

from scalebed.engines.local.isolation.ports import free_port
from scalebed.paths import ROOT
from tests.local.server import running_server
from tests.local.tls_proxy import tls_proxy

APPS = ROOT / "apps"
CONTACTS = 5


@dataclass(frozen=True)
class Form:
    """A way to start a service: in its folder, by a command of Python, with variables besides those that all need."""

    service: str
    command: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        switches = ",".join(value for _, value in self.variables)
        return f"{self.service} by {self.command[-1].removeprefix('127.0.0.1:')} {switches}"


RUNSERVER = ("manage.py", "runserver", "--noreload", "BIND")
GUNICORN = ("-m", "gunicorn", "naive.config.wsgi")
DEVELOPMENT = (("DJANGO_DEBUG", "1"),)
FORMS = (
    Form("naive", RUNSERVER, DEVELOPMENT),
    Form("naive", GUNICORN),
    Form("naive", GUNICORN, (("SWITCHES", "server=gthread,threads=2,views=apiview"),)),
    Form("optimized", RUNSERVER, DEVELOPMENT),
    *(Form("optimized", ("serve.py",), (("SWITCHES", f"server={server}"),)) for server in TABLE["server"][0]),
    Form("peers/fastapi", ("serve.py",)),
    Form("peers/fastapi", ("serve.py",), (("SWITCHES", "server=granian,data=sqlalchemy"),)),
)


def environment(database_url: str, **more: str) -> dict[str, str]:
    """What every command of a service needs."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(APPS),
        "SECRET_KEY": "t0p-5ecret" * 6,
        "LOG_LEVEL": "ERROR",
        "DATABASE_URL": database_url,
        **more,
    }


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """A database with a few contacts."""
    with running_server() as server:
        with server.connect() as connection:
            connection.execute("CREATE DATABASE links")
        url = server.url("links")
        for command in (["migrate", "--no-input", "-v0"], ["generate_data", "--count", str(CONTACTS), "--seed", "7"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=APPS / "naive",
                env=environment(url),
                check=True,
                stdout=subprocess.DEVNULL,
            )
        yield url


@pytest.fixture
def exits() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def started(exits: ExitStack, form: Form, database_url: str, **more: str) -> int:
    """Start a service until the test ends; its port."""
    port = free_port()
    bind = f"127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, *(bind if word == "BIND" else word for word in form.command)],
        cwd=APPS / form.service,
        env=environment(database_url, BIND=bind, **dict(form.variables), **more),
        stdout=subprocess.DEVNULL,
    )
    exits.callback(process.wait, 20)
    exits.callback(process.terminate)
    until = time.monotonic() + 30
    while True:
        try:
            assert httpx.get(f"http://{bind}/readyz").status_code == 200
        except httpx.TransportError:
            assert process.poll() is None, f"{form} ended with {process.returncode}"
            assert time.monotonic() < until, f"{form} does not answer"
            time.sleep(0.05)
        else:
            return port


def followed(client: httpx.Client, origin: str, **headers: str) -> list[dict[str, Any]]:
    """The pages of the list, from the first by `next` as it is to the last."""
    pages = []
    link: str | None = f"{origin}/api/contacts/?page_size=2"
    while link is not None:
        assert link.startswith(f"{origin}/api/contacts/?")
        answer = client.get(link, headers=headers, follow_redirects=False)
        assert answer.status_code == 200, f"{link}: {answer.status_code} {answer.text} {answer.headers}"
        pages.append(answer.json())
        link = pages[-1]["next"]
    return pages


@pytest.mark.thorough  # behind TLS they do the same, and more
@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_service_started_by_hand_leads_to_its_last_page(form: Form, database_url: str, exits: ExitStack) -> None:
    port = started(exits, form, database_url)
    with httpx.Client(timeout=30) as client:
        for origin in (f"http://127.0.0.1:{port}", f"http://localhost:{port}"):
            assert [len(page["results"]) for page in followed(client, origin)] == [2, 2, 1]
        # Nobody stands in front who could know better than the client's own request.
        assert len(followed(client, origin, **{"X-Forwarded-Proto": "https", "X-Forwarded-Ssl": "on"})) == 3


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_a_service_behind_tls_leads_to_its_last_page(
    form: Form, database_url: str, exits: ExitStack, tmp_path: Path
) -> None:
    host = f"localhost:{free_port()}"
    port = started(exits, form, database_url, TLS_HOST=host)
    trusted = exits.enter_context(tls_proxy(tmp_path, int(host.split(":")[1]), port))
    with httpx.Client(timeout=30, verify=trusted) as client:
        assert [len(page["results"]) for page in followed(client, f"https://{host}")] == [2, 2, 1]
        assert len(followed(client, f"https://{host}", **{"X-Forwarded-Proto": "http"})) == 3
        sent_on = client.get(f"http://127.0.0.1:{port}/api/contacts/?page_size=2", follow_redirects=False)
        assert (sent_on.status_code, sent_on.headers["Location"]) == (301, f"https://{host}/api/contacts/?page_size=2")
        assert client.get(sent_on.headers["Location"]).status_code == 200
        for probe in ("/healthz", "/readyz", "/metrics"):
            assert client.get(f"http://127.0.0.1:{port}{probe}", follow_redirects=False).status_code == 200


@pytest.mark.parametrize("service", ["naive", "optimized"])
def test_a_service_behind_tls_passes_the_check_for_deployment(service: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=APPS / service,
        env=environment("postgres://nobody@127.0.0.1:1/nothing", TLS_HOST="contacts.example"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("service", "command"),
    [("naive", ["manage.py", "check"]), ("optimized", ["manage.py", "check"]), ("peers/fastapi", ["serve.py"])],
)
def test_a_host_that_is_none_is_refused_at_the_start(service: str, command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=APPS / service,
        env=environment("postgres://nobody@127.0.0.1:1/nothing", TLS_HOST="https://contacts.example"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "TLS_HOST is 'https://contacts.example'; give the host at which TLS ends" in done.stderr
