"""In the text formats of Prometheus's own client."""

from __future__ import annotations

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.exposition import generate_latest as openmetrics
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families
from staged import Stage

from scalebed.measurement.histograms import Latencies
from scalebed.metrics import catalogue
from scalebed.metrics.exposition import families as protobuf
from scalebed.metrics.families import Families
from scalebed.metrics.tally import Tally


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    with Stage(tmp_path / "run") as stage:
        made = Tally("one run", stage.directory.manifest().experiment)
        stage.tell(made, "second", 60)
    return made


def registry(tally: Tally) -> CollectorRegistry:
    made = CollectorRegistry()
    made.register(Families(tally))
    return made


def test_openmetrics_is_read_back_as_it_was(tally: Tally) -> None:
    state = tally.state()
    text = openmetrics(registry(tally)).decode()  # type: ignore[no-untyped-call]
    read = read_openmetrics(text)  # type: ignore[no-untyped-call]
    samples = [sample for family in read for sample in family.samples]
    assert all(sample.labels["run"] == "one run" for sample in samples)
    for point in state.points:
        labels = {"run": "one run", **point.labels}
        value = point.value
        if isinstance(value, Latencies):
            name, wanted = f"{point.metric.prometheus}_count", float(value.total)
        else:
            name, wanted = point.metric.prometheus, value
        found = [sample.value for sample in samples if sample.name == name and sample.labels == labels]
        if point.metric not in (catalogue.REMAINING,):
            assert found == [wanted], (name, labels)


def test_a_family_is_the_same_as_text_and_as_protobuf(tally: Tally) -> None:
    from prometheus_client import generate_latest  # noqa: PLC0415 - beside its namesake of OpenMetrics

    text = {family.name: family for family in text_string_to_metric_families(generate_latest(registry(tally)).decode())}
    for family in protobuf(tally.state()):
        # Counters are named without their suffix there.
        same = text[family.name] if family.name in text else text[family.name.removesuffix("_total")]
        assert same.documentation == family.help
        names = {"_bucket", "_count", "_sum"} if family.metric[0].HasField("histogram") else {""}
        kinds = {
            sample.name.removeprefix(family.name) for sample in same.samples if not sample.name.endswith("_created")
        }
        assert kinds == names
