"""Manifests of autoscalers, read and written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from scalebed.autoscaling.spec import Spec
from scalebed.cli.manifests import ManifestError, Named, chart_values, manifest, read, spec_of_chart
from scalebed.experiment.autoscaler import Autoscaler

_HPA = """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: shop, namespace: prod, uid: 1}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: shop}
  minReplicas: 2
  maxReplicas: 9
  metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
  behavior: {scaleDown: {stabilizationWindowSeconds: 60}}
status: {currentReplicas: 2}
"""
_RATE = {
    "type": "External",
    "external": {"metric": {"name": "arrivals"}, "target": {"type": "AverageValue", "averageValue": "50"}},
}


def _read(folder: Path, text: str) -> Named:
    path = folder / "hpa.yaml"
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_what_kubectl_prints_is_read(tmp_path: Path) -> None:
    found = _read(tmp_path, _HPA)
    spec = found.spec
    assert (found.name, found.namespace, spec.min_replicas, spec.max_replicas) == ("shop", "prod", 2, 9)
    assert spec.metrics[0].target.average_utilization == 70


def test_one_among_other_objects_or_in_a_list_is_found(tmp_path: Path) -> None:
    among = f"apiVersion: v1\nkind: Service\nmetadata: {{name: shop}}\n---\n{_HPA}---\n"
    assert _read(tmp_path, among).name == "shop"
    listed = yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(_HPA)]})
    assert _read(tmp_path, listed).name == "shop"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: Service\n", "holds no HorizontalPodAutoscaler"),
        (f"{_HPA}---\n{_HPA}", "holds 2 HorizontalPodAutoscalers"),
        (_HPA.replace("autoscaling/v2", "autoscaling/v1"), "apiVersion is autoscaling/v1"),
        (_HPA.replace("maxReplicas: 9", "maxReplicas: 1"), "maxReplicas 1 is below minReplicas 2"),
        (_HPA.replace("maxReplicas: 9", "maximum: 9"), "maxReplicas: Field required"),
        ("kind: HorizontalPodAutoscaler\napiVersion: autoscaling/v2\n", "has no spec"),
        ("a: [\n", "hpa.yaml: "),
        ("a: 1\na: 2\n", "a is given twice"),
        ("items: 5\n", "holds no HorizontalPodAutoscaler"),
        ("when: 2026-13-45\n", "month must be in 1..12"),
    ],
)
def test_what_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ManifestError) as refused:
        _read(tmp_path, text)
    assert said in str(refused.value)


def test_what_is_far_too_deep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="nested too deeply"):
        _read(tmp_path, "[" * 3000)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="cannot be read"):
        read(tmp_path / "none.yaml")


def test_what_is_written_is_read_as_the_same(tmp_path: Path) -> None:
    found = _read(tmp_path, _HPA)
    written = manifest(found, "Why: so.\nAnd so.")
    assert written.startswith("# Why: so.\n# And so.\napiVersion: autoscaling/v2\n")
    assert _read(tmp_path, written) == found


def test_json_is_read_however_it_is_indented(tmp_path: Path) -> None:
    document = json.dumps(yaml.safe_load(_HPA), indent="\t")
    assert _read(tmp_path, document) == _read(tmp_path, _HPA)


def test_null_is_nothing_at_all(tmp_path: Path) -> None:
    """As to the API server, which then takes 80% CPU."""
    head, _ = _HPA.split("  minReplicas")
    found = _read(tmp_path, f"{head}  maxReplicas: 9\n  metrics: null\n  behavior: null\n")
    assert (found.spec.metrics[0].target.average_utilization, found.spec.behavior) == (80, None)


def test_an_experiments_autoscaler_is_what_the_chart_makes_of_it() -> None:
    """The experiment says how it scales in, and the chart how it scales out."""
    down = {"stabilizationWindowSeconds": 30, "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]}
    spec = spec_of_chart(Autoscaler(max_replicas=3, cpu_percent=55, behavior={"scaleDown": down}))
    assert (spec.min_replicas, spec.max_replicas, spec.metrics[0].target.average_utilization) == (1, 3, 55)
    assert spec.behavior is not None
    assert [(p.type, p.value) for p in spec.behavior.scale_up.policies] == [("Percent", 100), ("Pods", 2)]
    assert [(p.type, p.value) for p in spec.behavior.scale_down.policies] == [("Percent", 100)]
    assert spec.behavior.scale_down.stabilization_window_seconds == 30


def test_one_without_a_target_is_given_its_deployment() -> None:
    text = manifest(Named("shop", "", Spec(max_replicas=3)))
    assert "scaleTargetRef is a guess" in text
    written = yaml.safe_load(text)
    assert written["metadata"] == {"name": "shop"}
    assert written["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "shop"}


def test_values_are_those_of_the_chart(tmp_path: Path) -> None:
    spec = _read(tmp_path, _HPA).spec
    values = yaml.safe_load(chart_values(spec))["autoscaling"]
    assert {key: values[key] for key in ("enabled", "minReplicas", "maxReplicas", "cpuPercent", "metrics")} == {
        "enabled": True,
        "minReplicas": 2,
        "maxReplicas": 9,
        "cpuPercent": 70,
        "metrics": [],
    }
    assert values["behavior"]["scaleDown"]["stabilizationWindowSeconds"] == 60
    by_rate = yaml.safe_load(chart_values(Spec.model_validate({"maxReplicas": 3, "metrics": [_RATE]})))["autoscaling"]
    assert (by_rate["cpuPercent"], by_rate["metrics"][0]["external"]["metric"]["name"]) == (0, "arrivals")
