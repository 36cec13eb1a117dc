"""A number of replicas is set, and nobody is noted for it whom Helm would have to ask."""

from collections.abc import Mapping
from typing import Any

import pytest
from fake_cluster import FakeApi, FakeClock
from fake_helm import NAMESPACE

from scalebed.engines.kubernetes.api.client import AGENT, ApiError, Json
from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.releases.scaling import scale

DEPLOYMENT = path("deployments", NAMESPACE, "scalebed-naive")
HELM = {"manager": "helm", "operation": "Apply"}
CONTROLLER = {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status"}


class NotingApi(FakeApi):
    """Notes who sets replicas, and refuses a change to what has been changed since it was read."""

    busy = 0
    """So often somebody else is quicker."""

    def patch(self, path: str, body: Mapping[str, Any]) -> Json:
        there = self.objects[path]["metadata"]
        version = body.get("metadata", {}).get("resourceVersion")
        if version is not None and self.busy:
            self.busy -= 1
            there["resourceVersion"] = str(int(there["resourceVersion"]) + 1)
        if version not in (None, there["resourceVersion"]):
            raise ApiError(409, f"PATCH {path}: the object has been modified")
        changed = super().patch(path, body)
        there["resourceVersion"] = str(int(there["resourceVersion"]) + 1)
        if "spec" in body:
            there["managedFields"] = [*there["managedFields"], {"manager": AGENT, "operation": "Update"}]
        return changed


@pytest.fixture
def api() -> NotingApi:
    made = NotingApi(FakeClock())
    metadata = {"resourceVersion": "1", "managedFields": [HELM, CONTROLLER]}
    made.put(DEPLOYMENT, {"metadata": metadata, "spec": {"replicas": 1}})
    return made


@pytest.mark.parametrize("busy", [0, 2])
def test_the_number_is_set_and_its_owner_forgotten(api: NotingApi, busy: int) -> None:
    api.busy = busy
    scale(api, DEPLOYMENT, 3)
    there = api.get(DEPLOYMENT)
    assert there["spec"]["replicas"] == 3
    assert there["metadata"]["managedFields"] == [HELM, CONTROLLER]


def test_another_refusal_is_not_hidden(api: NotingApi) -> None:
    with pytest.raises(ApiError, match="not found"):
        scale(FakeApi(FakeClock()), DEPLOYMENT, 3)
