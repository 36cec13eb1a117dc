import pytest
from fake_cluster import FakeApi, FakeClock

from scalebed.engines.kubernetes.api.client import AGENT
from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.releases.before import Before, Record, ReleaseBefore, fields_of, put_back
from scalebed.messages import EngineError

DEPLOYMENT = path("deployments", "shop", "web")


def test_a_record_is_read_as_it_was_written() -> None:
    record = Record(FakeApi(FakeClock()), "shop", "web")
    assert record.read() is None
    before = Before(
        {DEPLOYMENT: {"spec": {"replicas": 2}}}, ReleaseBefore(3, {"env": {"PASSWORD": "x"}}, {"naive": "rows"})
    )
    record.write(before, {"scalebed/holder": "me"})
    assert record.read() == before
    record.forget()
    record.forget()
    assert record.read() is None


def test_a_deployment_without_a_release_has_a_record_too() -> None:
    api = FakeApi(FakeClock())
    api.put(DEPLOYMENT, {"spec": {"replicas": 2, "paused": True}})
    record = Record(api, "shop", "web")
    fields = fields_of(api.get(DEPLOYMENT), ("spec", "replicas"), ("spec", "minReadySeconds"), ("spec", "paused"))
    record.write(Before({DEPLOYMENT: fields, path("deployments", "shop", "gone"): fields}), {})
    api.patch(DEPLOYMENT, {"spec": {"replicas": 0, "minReadySeconds": 5, "paused": False}})
    found = record.read()
    assert found is not None
    assert found.release is None
    for _ in range(2):
        assert put_back(api, found.fields) == ["web"]
        assert api.get(DEPLOYMENT)["spec"] == {"replicas": 2, "paused": True}


def test_what_is_put_back_is_not_the_engine_s_afterwards() -> None:
    api = FakeApi(FakeClock())
    helm = {"manager": "helm", "operation": "Apply"}
    api.put(DEPLOYMENT, {"metadata": {"managedFields": [helm, {"manager": AGENT, "operation": "Update"}]}, "spec": {}})
    put_back(api, {DEPLOYMENT: {"spec": {"replicas": 2}}})
    assert api.get(DEPLOYMENT)["metadata"]["managedFields"] == [helm]


def test_what_another_version_wrote_is_left_to_it() -> None:
    api = FakeApi(FakeClock())
    record = Record(api, "shop", "web")
    api.put(record.path, {"data": {"before": "eyJmb3JtYXQiOiA5fQ=="}})
    with pytest.raises(EngineError, match=r"Secret scalebed-before-web in the namespace shop: .* cannot be read"):
        record.read()
