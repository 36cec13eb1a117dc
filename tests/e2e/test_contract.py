"""Every service keeps the contract in the cluster, through its balancer."""

import os
import subprocess
import sys

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


@pytest.mark.usefixtures("installed")
def test_helm_test_passes() -> None:
    release.bring(release.BOTH)

    said = helm("test", release.NAME, "--namespace", "scalebed")

    assert said.count("Phase:          Succeeded") >= 3, said


@pytest.mark.usefixtures("installed")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("rows", ["of each kind", pytest.param("all", marks=pytest.mark.thorough)])
def test_every_service_keeps_the_contract(rows: str) -> None:
    release.bring(QUICK)

    with forwarded(SERVICES) as urls:
        given = ",".join(f"{name}={url}" for name, url in urls.items())
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract"],
            capture_output=True,
            text=True,
            cwd=paths.ROOT,
            env={**os.environ, "CONTRACT_URLS": given, "CONTRACT_BRIEF": "" if rows == "all" else "yes"},
            timeout=1200,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
