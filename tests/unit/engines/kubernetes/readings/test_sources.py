"""Where readings come from, by what may be asked."""

from datetime import UTC, datetime

import pytest
from fake_cluster import UNIX, FakeApi, FakeClock

from scalebed.engines.kubernetes.readings.probe import ContainerProbe
from scalebed.engines.kubernetes.readings.sources import METRICS, MetricsApi, offered
from scalebed.measurement.usage import between

CADVISOR = "/api/v1/nodes/one/proxy/metrics/cadvisor"
PODS = f"{METRICS}/namespaces/shop/pods"


class Metrics:
    """metrics-server, which tells each 15 s what was used on average since it last did."""

    def __init__(self, cores: float) -> None:
        self.clock = FakeClock()
        self.api = FakeApi(self.clock)
        self.cores = cores
        self.names: tuple[str, ...] = ("web-0", "web-1")
        self.window = "15.1s"
        self.tell()

    def tell(self) -> None:
        moment = datetime.fromtimestamp(UNIX + self.clock.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        used = {"cpu": f"{self.cores * 1e9:.0f}n", "memory": "1000Ki"}
        pods = [
            {
                "metadata": {"name": name},
                "timestamp": moment,
                "window": self.window,
                "containers": [{"name": "web", "usage": used}, {"name": "sidecar", "usage": used}],
            }
            for name in self.names
        ]
        self.api.put(PODS, {"items": pods})
        self.clock.after(15.0, self.tell)


def test_what_the_metrics_api_tells_in_cores_adds_up_to_seconds_and_by_pod() -> None:
    metrics = Metrics(0.25)
    clock = metrics.clock

    def part(namespace: str, pod: str, _: str) -> str:
        return "service" if (namespace, pod.startswith("web")) == ("shop", True) else ""

    source = MetricsApi(metrics.api, ["shop", "shop"])
    probe = ContainerProbe(source, part, clock, parts=("service",), unix=clock.unix)
    samples = []
    for _ in range(120):
        clock.sleep(1.0)
        samples.append(probe.sample())
    used = between(samples, clock.now() - 90, clock.now() - 30)
    assert used is not None
    assert used.cores("service") == pytest.approx(4 * 0.25, rel=0.02)
    assert used.cpu_s.keys() == {"service"}
    assert not used.throttled_s
    assert samples[-1].replica_memory_bytes == (2 * 1024_000, 2 * 1024_000)
    web, other = probe.used_by_pod().values()
    assert web == pytest.approx(other)


def test_a_pod_that_is_not_told_of_for_a_while_has_used_no_less_than_before() -> None:
    """metrics-server leaves out whom a kubelet did not answer for in time."""
    metrics = Metrics(0.25)
    clock = metrics.clock
    source = MetricsApi(metrics.api, ["shop"])
    probe = ContainerProbe(source, lambda *_: "service", clock, parts=("service",), unix=clock.unix)
    samples = []
    for second in range(180):
        metrics.names = ("web-0",) if 80 <= second < 100 else ("web-0", "web-1")
        clock.sleep(1.0)
        samples.append(probe.sample())
    used = between(samples, clock.now() - 150, clock.now() - 30)
    assert used is not None
    assert used.cores("service") == pytest.approx(4 * 0.25, rel=0.02)


def test_means_of_minutes_are_no_reading_of_a_trial() -> None:
    """Prometheus' adapter answers for the metrics API with those of five."""
    metrics = Metrics(0.25)
    metrics.window = "5m0s"
    metrics.tell()
    source, told = offered(metrics.api, [], ["shop"])
    assert source is None
    assert "the metrics API tells means of 300 s, which are longer than a trial; nodes may not be listed" in told


def test_the_best_that_may_be_asked_is_offered_and_what_is_missed_is_told() -> None:
    metrics = Metrics(0.25)
    api = metrics.api
    api.texts[CADVISOR] = lambda: ""
    source, told = offered(api, ["one"], ["shop"])
    assert source is not None
    assert (source.whole, told) == (True, "")
    api.forbidden.add(CADVISOR)
    source, told = offered(api, ["one"], ["shop"])
    assert source is not None
    assert not source.whole
    assert "since the kubelets may not be asked: what throttling and other programs cost is not known" in told
    source, told = offered(api, [], ["shop"])
    assert source is not None
    assert "nodes may not be listed" in told
    api.forbidden.add(PODS)
    source, told = offered(api, ["one"], ["shop"])
    assert source is None
    assert "so what holds the service back is not known" in told
