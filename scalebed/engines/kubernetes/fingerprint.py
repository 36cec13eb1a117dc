"""What was measured with: cluster, nodes, images, chart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from scalebed import yaml_reader
from scalebed.engines.kubernetes.api.client import Api, ApiError, Json
from scalebed.engines.kubernetes.api.paths import NODES, field, listed
from scalebed.engines.kubernetes.api.quantities import number
from scalebed.engines.kubernetes.releases.release import Release

_OF_PYTHON = "import importlib.metadata as m; [print(f'{d.name}=={d.version}') for d in m.distributions()]"
_OF_NODE = """
console.log(`node==${process.versions.node}`);
for (const folder of ['.', '../core/node']) {
  const asked = require(`${process.cwd()}/${folder}/package.json`).dependencies ?? {};
  for (const name of Object.keys(asked)) {
    console.log(`${name}==${require(`${process.cwd()}/${folder}/node_modules/${name}/package.json`).version}`);
  }
}
"""
_LISTINGS = {
    "python": ["python", "-c", _OF_PYTHON],
    "node": ["node", "-e", _OF_NODE],
    "go": ["./service", "packages"],
}
"""What prints name==version of the packages of a service, in its container."""
_PACKAGE = re.compile(r"(?P<name>[A-Za-z0-9@][A-Za-z0-9._/@-]*)==(?P<version>[A-Za-z0-9.!+_-]+)")
_ADDONS = {"k6-operator": "k6-operator", "metrics-server": "metrics-server", "coredns": "coredns"}


def cluster(api: Api, context: str) -> dict[str, object]:
    """Versions and nodes."""
    return {
        "context": context,
        "kubernetes": api.get("/version").get("gitVersion"),
        "nodes": [_node(node) for node in api.get(NODES)["items"]],
        "addons": _addons(api),
    }


def images(api: Api, release: Release) -> dict[str, str]:
    """The images of the release's pods and what they resolved to, by container, or by service where it is one."""
    pods = listed(api, "pods", release.namespace, release.labels)
    return {name: image for pod in pods for name, image in _images(pod)}


def packages(api: Api, release: Release, service: str) -> dict[str, str]:
    """Name → version of the packages in the service's container, as it says itself: every one of Python, those that
    Node was asked for by name, the modules in a program of Go.

    The image is the truth: nothing holds it to the lock of this clone. Empty where it cannot be asked.
    """
    for pod in listed(api, "pods", release.namespace, release.pods(service)):
        for language, listing in _LISTINGS.items():
            try:
                said = api.execute(release.namespace, pod["metadata"]["name"], "service", listing)
            except ApiError:
                continue
            found = (_PACKAGE.fullmatch(line.strip()) for line in said.splitlines())
            if pairs := sorted((_name(language, match["name"]), match["version"]) for match in found if match):
                return dict(pairs)
    return {}


def _name(language: str, name: str) -> str:
    """Python takes several spellings for one name; elsewhere it is as it is written."""
    return name.lower().replace("_", "-") if language == "python" else name


def charts(root: Path) -> dict[str, str]:
    """Name → version."""
    found = {}
    for file in sorted(root.glob("charts/scalebed/**/Chart.yaml")):
        chart: Mapping[str, Any] = yaml_reader.read(file.read_text(encoding="utf-8"))
        found[str(chart["name"])] = str(chart["version"])
    return found


def _node(node: Json) -> dict[str, object]:
    info = node["status"]["nodeInfo"]
    return {
        "name": node["metadata"]["name"],
        "cores": number(node["status"]["capacity"]["cpu"]),
        "memory_bytes": int(number(node["status"]["capacity"]["memory"])),
        "kubelet": info.get("kubeletVersion"),
        "runtime": info.get("containerRuntimeVersion"),
        "os": info.get("osImage"),
        "kernel": info.get("kernelVersion"),
        "architecture": info.get("architecture"),
    }


def _addons(api: Api) -> dict[str, str]:
    """Images of what the measurement rests on, where whoever asks may see all namespaces."""
    try:
        deployments = api.get("/apis/apps/v1/deployments")["items"]
    except ApiError:
        return {}
    return {
        _ADDONS[name]: containers[0]["image"]
        for deployment in deployments
        for name in _ADDONS
        if name in deployment["metadata"]["name"]
        and (containers := field(deployment, "spec", "template", "spec", "containers", default=[]))
    }


def _images(pod: Json) -> Iterable[tuple[str, str]]:
    service = field(pod, "metadata", "labels", "app.kubernetes.io/name", default="service")
    for status in field(pod, "status", "containerStatuses", default=[]):
        # Every service's own container has the same name.
        yield (service if status["name"] == "service" else status["name"]), image(status)


def image(status: Json) -> str:
    """The image of a container, by its status, and what it resolved to."""
    digest = str(status.get("imageID", "")).rpartition("@")[2]
    return f"{status['image']} ({digest})" if digest else str(status["image"])
