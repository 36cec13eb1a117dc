import time
from datetime import UTC, datetime, timedelta

import pytest
from fake_cluster import FakeApi, FakeClock

from scalebed.engines.kubernetes.api.client import Json
from scalebed.engines.kubernetes.readings.supply import metric
from scalebed.engines.kubernetes.releases.ownership import Holder, Ownership, alive, made_by_engine, mark
from scalebed.messages import EngineError


def lease(holder: str, age_s: float) -> dict[str, object]:
    renewed = (datetime.now(UTC) - timedelta(seconds=age_s)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {"spec": {"holderIdentity": holder, "leaseDurationSeconds": 40, "renewTime": renewed}}


def test_a_holder_elsewhere_lives_while_it_renews() -> None:
    assert alive(lease("elsewhere/1@2.00", 5))
    assert not alive(lease("elsewhere/1@2.00", 60))


def test_a_process_of_this_machine_that_is_gone_holds_nothing() -> None:
    this = Holder.this()
    assert alive(lease(str(this), 5))
    assert not alive(lease(f"{this.host}/{this.pid}@1.00", 5))  # another process had the pid then


def test_a_holder_is_read_as_it_was_written() -> None:
    this = Holder.this()
    read = Holder.of(str(this))
    assert read is not None
    assert (read.host, read.pid) == (this.host, this.pid)
    assert read.created == pytest.approx(this.created, abs=0.01)
    assert Holder.of("nonsense") is None
    assert Holder.of(None) is None


def test_a_release_is_given_back() -> None:
    api = FakeApi(FakeClock())
    own = Ownership(api, "scalebed", "scalebed")
    own.acquire()
    other = Ownership(api, "scalebed", "scalebed", Holder("elsewhere", 1, 2.0))
    assert other.held_by_other() == str(own.holder)
    own.release()
    own.release()
    assert other.held_by_other() is None


def test_of_two_who_find_it_free_at_once_the_second_is_told_who_was_quicker() -> None:
    api = FakeApi(FakeClock())
    quicker = Ownership(api, "scalebed", "scalebed", Holder("elsewhere", 1, 2.0))

    class Late(FakeApi):
        """Reads what was there before the other came."""

        def __init__(self) -> None:
            super().__init__(api.clock)
            self.objects = api.objects
            self.reads = 0

        def get(self, path: str, **query: str) -> Json:
            try:
                return super().get(path, **query)
            finally:
                self.reads += 1
                if self.reads == 1:
                    quicker.acquire()

    with pytest.raises(EngineError, match=r"elsewhere/1@2\.00 runs an experiment on this release"):
        Ownership(Late(), "scalebed", "scalebed").acquire()
    quicker.release()


def test_who_lost_the_lease_does_not_take_it_back() -> None:
    api = FakeApi(FakeClock())
    own = Ownership(api, "scalebed", "scalebed", every_s=0.01)
    own.acquire()
    place = "/apis/coordination.k8s.io/v1/namespaces/scalebed/leases/scalebed-scalebed"
    api.objects[place]["spec"]["holderIdentity"] = "elsewhere/1@2.00"
    until = time.monotonic() + 5
    while own.lost_to is None and time.monotonic() < until:
        time.sleep(0.005)
    assert own.lost_to == "elsewhere/1@2.00"
    own.release()
    assert api.objects[place]["spec"]["holderIdentity"] == "elsewhere/1@2.00"


def test_what_an_engine_installed_is_remembered() -> None:
    api = FakeApi(FakeClock())
    assert not made_by_engine(api, "scalebed", "scalebed")
    mark(api, "scalebed", "scalebed")
    mark(api, "scalebed", "scalebed")
    assert made_by_engine(api, "scalebed", "scalebed")


def test_a_metric_is_a_share_of_what_the_autoscaler_aims_at() -> None:
    def cpu(key: str, value: int) -> dict[str, object]:
        return {
            "type": "ContainerResource",
            "containerResource": {"name": "cpu", "container": "service", key: {"averageUtilization": value}},
        }

    hpa = {"spec": {"metrics": [cpu("target", 60)]}, "status": {"currentMetrics": [cpu("current", 90)]}}
    assert metric(hpa) == pytest.approx(1.5)
    assert metric({}) is None
