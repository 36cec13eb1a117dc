"""What a world shows, as requests to the API server: only what has changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hparig.api import Address, Api, Object
from hparig.cluster import Namespace
from hparig.world import Shown
from scalebed.autoscaling.pods import Pod

_E = 1_700_000_000


class _Heard(Api):
    """Remembers what it is asked, and asks nobody."""

    def __init__(self) -> None:
        super().__init__(Address(0, Path("none"), ""))
        self.asked: list[tuple[str, str, Any]] = []

    def _ask(self, method: str, path: str, body: Object | list[Object] | None = None) -> Object:
        self.asked.append((method, path.removeprefix("/api/v1/namespaces/one").split("/namespaces/one")[-1], body))
        return {}

    def taken(self) -> list[tuple[str, str, Any]]:
        asked, self.asked = self.asked, []
        return asked


def _shown(*pods: Pod, spec: Object | None = None, status_replicas: int = 1, replicas: int | None = None) -> Shown:
    return Shown(_E, pods, {}, (), status_replicas, spec or {"maxReplicas": 3}, replicas)


def _namespace(*pods: Pod) -> tuple[Namespace, _Heard]:
    heard = _Heard()
    namespace = Namespace(heard, "one")
    namespace.create(1)
    namespace.show(_shown(*pods))
    namespace.autoscale({"maxReplicas": 3})
    heard.taken()
    return namespace, heard


def test_a_pod_is_made_with_its_requests_and_told_its_state() -> None:
    heard = _Heard()
    pod = Pod(name="a", requests={"cpu": "100m"}, ready="Unknown", started_s=-5, ready_since_s=7)
    Namespace(heard, "one").show(_shown(pod))
    made, told, target = heard.taken()
    assert made[:2] == ("POST", "/pods")
    assert made[2]["spec"]["containers"][0]["resources"] == {"requests": {"cpu": "100m"}}
    assert told[:2] == ("PATCH", "/pods/a/status")
    assert told[2]["status"] == {
        "phase": "Running",
        "startTime": "2023-11-14T22:13:15Z",
        "conditions": [{"type": "Ready", "status": "Unknown", "lastTransitionTime": "2023-11-14T22:13:27Z"}],
    }
    assert target == ("PATCH", "/deployments/target/status", {"status": {"replicas": 1}})


def test_only_what_has_changed_is_told() -> None:
    pod = Pod(name="a", ready_since_s=0, started_s=0)
    namespace, heard = _namespace(pod)
    namespace.show(_shown(pod.model_copy(update={"usage": {"cpu": "5m"}})))
    assert heard.taken() == []
    namespace.show(_shown(pod.model_copy(update={"ready": False})))
    assert [(method, path) for method, path, _ in heard.taken()] == [("PATCH", "/pods/a/status")]


def test_a_terminating_pod_is_held_until_it_is_gone() -> None:
    pod = Pod(name="a", ready_since_s=0, started_s=0)
    namespace, heard = _namespace(pod)
    namespace.show(_shown(pod.model_copy(update={"deleted": True})))
    held, deleted = heard.taken()
    assert (held[1], held[2]["metadata"]["finalizers"]) == ("/pods/a", ["scalebed/rig"])
    assert deleted[:2] == ("DELETE", "/pods/a")
    namespace.show(_shown(status_replicas=1))
    assert heard.taken() == [("PATCH", "/pods/a", {"metadata": {"finalizers": None}})]


def test_a_pod_that_is_gone_without_a_word_is_deleted_at_once() -> None:
    pod = Pod(name="a", ready_since_s=0, started_s=0)
    namespace, heard = _namespace(pod)
    namespace.show(_shown(Pod(name="a", listed=False)))
    assert [(method, path) for method, path, _ in heard.taken()] == [("DELETE", "/pods/a?gracePeriodSeconds=0")]


def test_a_spec_is_replaced_whole_and_replicas_are_set_by_hand() -> None:
    namespace, heard = _namespace()
    namespace.show(_shown(spec={"maxReplicas": 9}, replicas=5, status_replicas=4))
    by_hand, status, spec = heard.taken()
    assert by_hand == ("PATCH", "/deployments/target", {"spec": {"replicas": 5}})
    assert status[2] == {"status": {"replicas": 4}}
    assert spec[0] == "REPLACE"
    assert spec[2] == [{"op": "replace", "path": "/spec", "value": {"maxReplicas": 9}}]
