"""The metrics APIs, asked as the API server asks them: over TLS, on loopback."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hparig.certificates import Certificate, certificate
from hparig.metrics_api import MetricsApi, stamp
from hparig.world import Shown
from scalebed.autoscaling.pods import Pod

_PODS = "/apis/metrics.k8s.io/v1beta1/namespaces/one/pods"
_CUSTOM = "/apis/custom.metrics.k8s.io/v1beta2/namespaces/one"
_EXTERNAL = "/apis/external.metrics.k8s.io/v1beta1/namespaces/one"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificate(Path(tmp_path_factory.mktemp("rig")))


@pytest.fixture
def api(files: Certificate) -> Iterator[MetricsApi]:
    with closing(MetricsApi(files)) as server:
        yield server


def _shown(*pods: Pod, failing: tuple[str, ...] = (), **totals: Any) -> Shown:
    return Shown(1_700_000_000, pods, totals, failing, len(pods), {}, None)


def _get(api: MetricsApi, files: Certificate, path: str) -> tuple[int, Any]:
    context = ssl.create_default_context(cafile=str(files.certificate))
    with closing(http.client.HTTPSConnection("127.0.0.1", api.port, timeout=10, context=context)) as connection:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def test_pods_are_told_with_containers_that_have_a_metric(api: MetricsApi, files: Certificate) -> None:
    pod = Pod(name="a", usage={"cpu": "5m", "memory": "1Mi"}, sampled_s=7, window_s=10)
    api.show("one", _shown(pod, Pod(name="silent")))
    status, body = _get(api, files, f"{_PODS}?labelSelector=app%3Dtarget")
    assert status == 200
    (item,) = body["items"]
    assert item["metadata"]["name"] == "a"
    assert (item["timestamp"], item["window"]) == ("2023-11-14T22:13:27Z", "10s")
    assert item["containers"] == [{"name": "app", "usage": {"cpu": "5m", "memory": "1Mi"}}]
    assert len(api.answered("one")) == 1


def test_custom_and_external_metrics_are_told(api: MetricsApi, files: Certificate) -> None:
    api.show("one", _shown(Pod(name="a", metrics={"load": "3"}), Pod(name="b"), queue=("1", "2500m"), depth="9"))
    (pod,) = _get(api, files, f"{_CUSTOM}/pods/*/load")[1]["items"]
    assert (pod["describedObject"]["name"], pod["value"]) == ("a", "3")
    (front,) = _get(api, files, f"{_CUSTOM}/services/front/depth")[1]["items"]
    assert (front["describedObject"]["name"], front["value"]) == ("front", "9")
    assert [each["value"] for each in _get(api, files, f"{_EXTERNAL}/queue")[1]["items"]] == ["1", "2500m"]


def test_what_fails_or_is_not_there_is_not_found(api: MetricsApi, files: Certificate) -> None:
    pod = Pod(name="a", usage={"cpu": "5m"}, metrics={"load": "3"})
    assert _get(api, files, _PODS)[0] == 404
    api.show("one", _shown(pod, failing=("cpu", "load", "queue"), queue="1", depth=None))
    for path in (
        _PODS,
        f"{_CUSTOM}/pods/*/load",
        f"{_CUSTOM}/services/front/depth",
        f"{_EXTERNAL}/queue",
        "/openapi/v2",
    ):
        assert _get(api, files, path)[0] == 404
    assert _get(api, files, f"{_EXTERNAL}/depth")[1]["items"] == []


def test_each_group_is_discovered(api: MetricsApi, files: Certificate) -> None:
    for group in ("metrics.k8s.io/v1beta1", "custom.metrics.k8s.io/v1beta2", "external.metrics.k8s.io/v1beta1"):
        assert _get(api, files, f"/apis/{group}")[1]["groupVersion"] == group


def test_times_are_whole_seconds() -> None:
    assert stamp(1_700_000_000.999) == "2023-11-14T22:13:20Z"
