"""Both variants keep the contract in the cluster, through their balancers."""

import os
import subprocess
import sys

import pytest

from scalebed import places
from tests.e2e import release
from tests.e2e.cluster import forwarded, helm

SERVICES = ("naive", "optimized")
# Nothing is measured here, and a quarter of a core would only make it long.
QUICK = {
    service: {
        "replicas": 1,
        "resources": {"requests": {"cpu": "250m", "memory": "320Mi"}, "limits": {"cpu": "1", "memory": "320Mi"}},
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
def test_both_variants_keep_the_contract() -> None:
    release.bring(QUICK)

    with forwarded(SERVICES) as urls:
        given = ",".join(f"{name}={url}" for name, url in urls.items())
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/contract"],
            capture_output=True,
            text=True,
            cwd=places.ROOT,
            env={**os.environ, "CONTRACT_URLS": given},
            timeout=1200,
            check=False,
        )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert " passed" in done.stdout
