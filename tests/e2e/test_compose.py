"""compose.yaml, as somebody with Docker alone has it: the commands of its page, what they bring and what they leave."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping

import pytest
from pages import blocks

from scalebed import paths
from tests.e2e.cluster import run, until

PAGE = "run-with-docker-compose"
PROJECT = "scalebed-test"
PORTS = {"OPTIMIZED_PORT": "18000", "NAIVE_PORT": "18001"}
CONTACTS = 3000


def composed(command: str, *, codes: tuple[int, ...] = (0,), **more: str) -> str:
    """What one of the page's commands said, with images that are there, in a project and at ports of the test's own."""
    program = shutil.which("docker-compose")
    assert program, "no docker-compose: begin by ./scripts/test-cluster"
    typed = command.replace("docker compose", program).replace("--customers 100000", f"--customers {CONTACTS}")
    own = {"COMPOSE_PROJECT_NAME": PROJECT, "SCALEBED_PULL": "never", "DURATION": "4s", **PORTS, **more}
    done = subprocess.run(
        ["bash", "-c", typed], cwd=paths.ROOT, env={**os.environ, **own}, capture_output=True, text=True, timeout=400,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode in codes, said
    return said


@pytest.fixture
def project() -> Iterator[None]:
    yield
    composed("docker compose --profile by-hand down --volumes --remove-orphans --timeout 5")


def there() -> Mapping[str, set[str]]:
    """All containers, volumes and networks of this Docker."""
    kinds = {"containers": ("ps", "--all"), "volumes": ("volume", "ls"), "networks": ("network", "ls")}
    return {kind: set(run("docker", *words, "--quiet").split()) for kind, words in kinds.items()}


def get(port: str, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.usefixtures("project")
def test_its_commands_bring_what_the_page_says_and_leave_nothing() -> None:
    before = there()
    up, fill, load, load_naive, down = (command for block in blocks(PAGE) for command in block.commands)

    composed(up)
    for port in PORTS.values():
        # A cache that was slow while all started is looked at again.
        until("ready", lambda port=port: '"status": "ok"' in get(port, "/readyz"), limit_s=20)  # type: ignore[misc]
        (script, *_) = re.findall(r'src="(/static/[^"]+)"', get(port, "/api/swagger"))
        assert len(get(port, script)) > 10_000
    assert "has no contacts; first: docker compose run --rm generate_fake_data" in composed(load, codes=(2,))

    composed(fill)
    for port in PORTS.values():
        assert json.loads(get(port, "/api/contacts/?page_size=1"))["results"][0]["id"] <= CONTACTS
        assert json.loads(get(port, "/api/contacts/stats/"))["contacts"] == CONTACTS
    for command in (load, load_naive):
        said = composed(command)
        assert re.search(r"http_req_failed\.*: 0\.00%", said), said
        assert int(re.search(r"http_reqs\.*: (\d+)", said)[1]) > 10  # type: ignore[index]
    refused = composed("docker compose run --rm generate_fake_data --customers none", codes=(2,))
    assert "'none' is not a whole number" in refused

    assert len(there()["containers"] - before["containers"]) == 6
    composed(down)
    assert there() == before


@pytest.mark.thorough
@pytest.mark.timeout(1200)
def test_it_builds_the_services_from_what_is_at_hand() -> None:
    base = {"SCALEBED_BASE_IMAGE": "scalebed/python:local", "SCALEBED_WHEELHOUSE": "build/wheelhouse"}
    buildx = subprocess.run(["docker", "buildx", "version"], capture_output=True, check=False).returncode == 0
    said = composed("docker compose build naive optimized", DOCKER_BUILDKIT="1" if buildx else "0", **base)
    assert "naive  Built" in said
    assert "optimized  Built" in said
