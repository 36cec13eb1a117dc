"""A HorizontalPodAutoscaler's manifest: read, and written for kubectl and for the chart."""

from __future__ import annotations

import json
import textwrap
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from scalebed import yaml_reader
from scalebed.autoscaling.spec import Spec
from scalebed.experiment.autoscaler import Autoscaler
from scalebed.experiment.chart_values import merged
from scalebed.experiment.strict import first_fault
from scalebed.messages import UserError
from scalebed.paths import ROOT

_KIND = "HorizontalPodAutoscaler"


class ManifestError(UserError):
    """Why a manifest tells no autoscaler; one sentence."""


@dataclass(frozen=True)
class Named:
    """An autoscaler with what it is called. `namespace` is empty where its manifest names none."""

    name: str
    namespace: str
    spec: Spec


def read(file: Path) -> Named:
    """The one autoscaler in a file, as `kubectl get hpa NAME -o yaml` prints it. Other objects in it are passed over.
    Raises ManifestError."""
    try:
        documents = _documents(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ManifestError(f"{file}: cannot be read ({error.strerror}); name a manifest of an autoscaler") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ManifestError(f"{file}: {yaml_reader.sentence(error)}") from error
    found = [each for document in documents for each in _objects(document) if each.get("kind") == _KIND]
    if len(found) != 1:
        raise ManifestError(f"{file}: holds {len(found) or 'no'} {_KIND}{'s' if found else ''}; name a file with one")
    version, spec, metadata = (found[0].get(key) for key in ("apiVersion", "spec", "metadata"))
    if version != "autoscaling/v2":
        raise ManifestError(
            f"{file}: apiVersion is {version}; kubectl get hpa.v2.autoscaling NAME -o yaml prints autoscaling/v2"
        )
    if not isinstance(spec, dict):
        raise ManifestError(f"{file}: has no spec; name a manifest of an autoscaler")
    known = metadata if isinstance(metadata, dict) else {}
    try:
        # To the API server null is nothing at all.
        parsed = Spec.model_validate({key: value for key, value in spec.items() if value is not None})
    except ValidationError as error:
        place, wrong = first_fault(error)
        raise ManifestError(f"{file}: spec{f'.{place}' if place else ''}: {wrong}") from error
    return Named(str(known.get("name") or "service"), str(known.get("namespace") or ""), parsed)


def _documents(text: str) -> list[Any]:
    """JSON as well: indented with tabs, it is no YAML."""
    if text.lstrip().startswith("{"):
        with suppress(ValueError, RecursionError):
            return [json.loads(text)]
    return yaml_reader.read_all(text)


def _objects(document: Any) -> list[dict[str, Any]]:
    """The document itself, or what is in it where it is a list."""
    if not isinstance(document, dict):
        return []
    items = document.get("items")
    return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else [document]


def spec_of_chart(autoscaler: Autoscaler) -> Spec:
    """What charts/webapp makes of an experiment's autoscaler; what that leaves out stays as the chart has it."""
    values_file = ROOT / "charts" / "scalebed" / "charts" / "webapp" / "values.yaml"
    chart = yaml.safe_load(values_file.read_text(encoding="utf-8"))
    values = merged(chart["autoscaling"], autoscaler.values())
    target = {"type": "Utilization", "averageUtilization": values["cpuPercent"]}
    cpu = {"type": "ContainerResource", "containerResource": {"name": "cpu", "container": "service", "target": target}}
    return Spec.model_validate(
        {
            "minReplicas": values["minReplicas"],
            "maxReplicas": values["maxReplicas"],
            "metrics": [cpu],
            "behavior": values["behavior"],
        }
    )


def manifest(named: Named, about: str = "") -> str:
    """For `kubectl apply -f`. `about` is what its first lines say."""
    said = named.spec.model_dump(by_alias=True, exclude_none=True, mode="json")
    if "scaleTargetRef" not in said:
        said = {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": named.name}, **said}
        about = f"{about}\nscaleTargetRef is a guess: nobody said what is to be scaled."
    metadata = {"name": named.name, **({"namespace": named.namespace} if named.namespace else {})}
    body = {"apiVersion": "autoscaling/v2", "kind": _KIND, "metadata": metadata, "spec": said}
    return _commented(about) + yaml.safe_dump(body, sort_keys=False)


def chart_values(spec: Spec, about: str = "") -> str:
    """The same as values of charts/webapp. A metric that is not CPU stands there as it is."""
    said: dict[str, Any] = {"enabled": True, "minReplicas": spec.min_replicas, "maxReplicas": spec.max_replicas}
    cpu = [
        metric.target.average_utilization
        for metric in spec.metrics
        if metric.name == "cpu" and metric.target.average_utilization is not None
    ]
    others = [
        metric.model_dump(by_alias=True, exclude_none=True, mode="json")
        for metric in spec.metrics
        if metric.name != "cpu" or metric.target.average_utilization is None
    ]
    said["cpuPercent"] = cpu[0] if cpu else 0
    said["metrics"] = others
    if spec.behavior is not None:
        said["behavior"] = spec.behavior.model_dump(by_alias=True, exclude_none=True, mode="json")
    return _commented(about) + yaml.safe_dump({"autoscaling": said}, sort_keys=False)


def _commented(about: str) -> str:
    lines = (line for paragraph in about.splitlines() for line in textwrap.wrap(paragraph, 110))
    return "".join(f"# {line}\n" for line in lines)
