"""A kubelet that is played: its page is one that Prometheus reads, and says what is kept beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from hparig.certificates import certificate
from hparig.kubelet import Kubelet
from hparig.scraping import duration_s

_LINE = re.compile(r"[a-z_]+(\{\w+=\"[^\"]*\"(,\w+=\"[^\"]*\")*\})? [0-9.e+]+( \d+)?")


@pytest.fixture
def kubelet(tmp_path: Path) -> Iterator[Kubelet]:
    with closing(Kubelet(certificate(tmp_path), "tests", 40)) as played:
        yield played


def test_a_page_says_of_each_container_what_is_kept_of_it(kubelet: Kubelet) -> None:
    page = kubelet.page()
    assert all(_LINE.fullmatch(line) for line in page.splitlines())
    (served,) = kubelet.served
    assert served
    for pod, containers in served.items():
        for name, reading in containers.items():
            labels = f'{{container="{name}",namespace="rig",pod="{pod}"}}'
            at = round(reading.at_s * 1000)
            assert f"container_cpu_usage_seconds_total{labels} {reading.cpu_s:.6f} {at}\n" in page
            assert f"container_start_time_seconds{labels} {reading.started_s:.3f}\n" in page
            assert reading.started_s < reading.at_s


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("15s", 15), ("14.987s", 14.987), ("1m0s", 60), ("1m2.5s", 62.5), ("950ms", 0.95), ("2h1m0s", 7260)],
)
def test_durations_are_read_as_go_writes_them(text: str, wanted: float) -> None:
    assert duration_s(text) == pytest.approx(wanted)
