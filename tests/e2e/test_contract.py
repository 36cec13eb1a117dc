"""Every service keeps the contract in the cluster, through its balancer."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from scalebed import paths
from tests.e2e import release
from tests.e2e.cluster import forwarded, helm

# Nothing is measured here, and a quarter of a core would only make it long. Requests are what a node has room for.
QUICK = {
    "enabled": True,
    "replicas": 1,
    "resources": {"requests": {"cpu": "150m", "memory": "320Mi"}, "limits": {"cpu": "1", "memory": "320Mi"}},
}
# What a node has room for at once: those of which every cluster has the images; one peer of Node, and one of Go, beside
# one whose answers theirs are compared with; and the others likewise, whose images the whole suite makes.
WHOLE = ("naive", "optimized", "fastapi")
GROUPS = [
    pytest.param(WHOLE, id="usual"),
    pytest.param(("naive", "express", "nethttp"), id="node and go"),
    *(
        pytest.param(("naive", *pair), id=" and ".join(pair), marks=pytest.mark.thorough)
        for pair in (("gin", "fiber"), ("fastify", "nestjs"), ("flask", "quart"), ("litestar", "bolt"))
    ),
]
# What a balancer and a network between may do harm to: headers, links, tokens, writes and what is read after them.
THROUGH_A_BALANCER = pytest.param(
    ("auth", "basics", "beside", "freshness", "pages", "transfer", "writing"), id="through a balancer"
)


@pytest.mark.usefixtures("installed")
def test_helm_test_passes() -> None:
    release.bring(release.BOTH)

    said = helm("test", release.NAME, "--namespace", "scalebed")

    assert said.count("Phase:          Succeeded") >= 3, said


@pytest.mark.usefixtures("installed")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("modules", [THROUGH_A_BALANCER, pytest.param((), marks=pytest.mark.thorough, id="all")])
@pytest.mark.parametrize("services", GROUPS)
def test_every_service_keeps_the_contract(modules: Sequence[str], services: Sequence[str]) -> None:
    off = {service: {"enabled": False} for service in WHOLE if service not in services}
    release.bring({**off, **dict.fromkeys(services, QUICK)})

    files = [f"tests/contract/test_{module}.py" for module in modules] or ["tests/contract"]
    with forwarded(services) as urls:
        given = ",".join(f"{name}={url}" for name, url in urls.items())
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files],
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
            env={**os.environ, "CONTRACT_URLS": given},
            timeout=1200,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
