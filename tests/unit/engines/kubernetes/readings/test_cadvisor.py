import pytest

from scalebed.engines.kubernetes.readings.cadvisor import read

POD = 'namespace="scalebed",pod="scalebed-naive-1",image="x",name="y"'
TEXT = f"""\
# HELP container_cpu_usage_seconds_total Cumulative cpu time consumed in seconds.
container_cpu_usage_seconds_total{{container="",cpu="total",id="/",namespace="",pod=""}} 900.5 1800000001500
container_cpu_usage_seconds_total{{container="service",cpu="total",id="/a/1",{POD}}} 12.25 1800000002000
container_cpu_usage_seconds_total{{container="service",cpu="cpu00",id="/a/1",{POD}}} 7.5 1800000002000
container_cpu_usage_seconds_total{{container="",cpu="total",id="/a",{POD}}} 12.5 1800000002100
container_cpu_usage_seconds_total{{container="POD",cpu="total",id="/a/0",{POD}}} 0.01 1800000002100
container_cpu_cfs_throttled_seconds_total{{container="service",id="/a/1",{POD}}} 3.5 1800000002000
container_memory_working_set_bytes{{container="service",id="/a/1",{POD}}} 1.048576e+06 1800000002000
container_cpu_usage_seconds_total{{container="",cpu="total",id="/system.slice/kubelet.service"}} 5 1800000001000
"""


def test_containers_are_read_once_each_with_the_time_of_the_look() -> None:
    found = read(TEXT)
    service = found["scalebed", "scalebed-naive-1", "service", "/a/1"]
    assert (service.at, service.cpu_s, service.throttled_s, service.memory_bytes) == (
        1_800_000_002.0,
        12.25,
        3.5,
        2**20,
    )


def test_sums_of_pods_and_their_pauses_are_left_out() -> None:
    assert {key[3] for key in read(TEXT)} == {"/", "/a/1", "/system.slice/kubelet.service"}


def test_without_a_quota_nothing_is_throttled() -> None:
    assert read(TEXT)["", "", "", "/"].throttled_s is None


@pytest.mark.parametrize("text", ["", "nonsense\n", 'container_cpu_usage_seconds_total{id="/"} 5\n'])
def test_what_is_no_reading_with_a_time_is_none(text: str) -> None:
    assert read(text) == {}
