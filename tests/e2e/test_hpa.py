"""An autoscaler sends pods when load comes and takes them away when it goes."""

import json

import pytest

from tests.e2e import release
from tests.e2e.cluster import APP, kubectl, ready_pods, until
from tests.e2e.load import load

pytestmark = pytest.mark.alone

AUTOSCALED = {
    "optimized": {
        "resources": {"requests": {"cpu": "100m"}, "limits": {"cpu": "100m"}},
        "autoscaling": {
            "enabled": True,
            "maxReplicas": 2,
            # The load below took 62 to 86 % of what one pod asks for, in three runs: twice what is to be held.
            "cpuPercent": 30,
            "behavior": {
                "scaleDown": {
                    # The default of five minutes is a long time to watch.
                    "stabilizationWindowSeconds": 15,
                    "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
                }
            },
        },
    }
}


def status() -> dict[str, int]:
    text = kubectl("get", "hpa", "scalebed-optimized", "--namespace", APP, "--output", "jsonpath={.status}")
    found: dict[str, int] = json.loads(text or "{}")
    return found


@pytest.mark.usefixtures("installed")
def test_it_goes_up_under_load_and_comes_down_after() -> None:
    release.bring(AUTOSCALED)
    until("one pod and a metric", lambda: status().get("currentMetrics") and len(ready_pods("optimized")) == 1, 180)

    # It is taken away as soon as it has done its part.
    with load("autoscaled", "optimized", seconds=240, RATE="100") as testrun:
        testrun.wait_until_it_runs()
        until("a second pod", lambda: len(ready_pods("optimized")) == 2, 180)
        assert status()["desiredReplicas"] == 2

    until("one pod again", lambda: len(ready_pods("optimized")) == 1, 180)
    assert status()["desiredReplicas"] == 1
