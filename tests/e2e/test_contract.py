"""Every service keeps the contract in the cluster, through its balancer."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from scalebed import paths
from scalebed.engines.kubernetes.releases.release import SERVICES
from tests.e2e import release
from tests.e2e.cluster import forwarded, helm

# Nothing is measured here, and a quarter of a core would only make it long. Requests are what a node has room for.
QUICK = {
    service: {
        "enabled": True,
        "replicas": 1,
        "resources": {"requests": {"cpu": "150m", "memory": "320Mi"}, "limits": {"cpu": "1", "memory": "320Mi"}},
    }
    for service in SERVICES
}
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
def test_every_service_keeps_the_contract(modules: Sequence[str]) -> None:
    release.bring(QUICK)

    files = [f"tests/contract/test_{module}.py" for module in modules] or ["tests/contract"]
    with forwarded(SERVICES) as urls:
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
