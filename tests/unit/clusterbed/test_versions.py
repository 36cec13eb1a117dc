import re
from pathlib import Path

import pytest
import yaml

from clusterbed import versions
from clusterbed.tools import TOOLS
from scalebed.messages import EngineError
from scalebed.paths import ROOT

WHERE = "versions.env"
BUILT = {tool.module or tool.name: tool.variable for tool in TOOLS} | {
    "etcd": "ETCD",
    "coredns": "COREDNS",
    "crictl": "CRICTL",
    "metrics-server": "METRICS_SERVER",
    "k6-operator": "K6_OPERATOR",
    "kubernetes-1.37": "RIG_KUBERNETES",
}


def test_comments_and_empty_lines_are_none() -> None:
    assert versions.parse("# a comment\n\nHELM=v3.22.0\nIMAGE=a/b:1@sha256:0f\n", WHERE) == {
        "HELM": "v3.22.0",
        "IMAGE": "a/b:1@sha256:0f",
    }


@pytest.mark.parametrize("line", ["HELM = v3", 'HELM="v3"', "helm=v3", "HELM=", "HELM=$OTHER"])
def test_what_shell_and_python_would_read_differently_is_refused(line: str) -> None:
    with pytest.raises(EngineError, match="line 2"):
        versions.parse(f"A=1\n{line}\n", WHERE)


def test_a_name_stands_there_once() -> None:
    with pytest.raises(EngineError, match="HELM stands there twice"):
        versions.parse("HELM=v3\nHELM=v4\n", WHERE)


def test_every_wrapper_module_builds_the_version_that_is_pinned() -> None:
    pinned = versions.load(ROOT)
    folders = {file.parent.name: file.read_text(encoding="utf-8") for file in (ROOT / "k8s/build").glob("*/go.mod")}

    assert set(folders) == set(BUILT)
    for name, go_mod in folders.items():
        required = re.findall(r"^(?:require )?\s*\S+ (v\S+)(?: // indirect)?$", go_mod, re.MULTILINE)
        assert pinned[BUILT[name]] in required, name
        assert (ROOT / "k8s/build" / name / "go.sum").is_file()


@pytest.mark.parametrize("name", ["kubernetes", "kubernetes-1.37"])
def test_kubernetes_stands_beside_its_libraries_of_the_same_release(name: str) -> None:
    pinned = versions.load(ROOT)
    go_mod = (ROOT / "k8s/build" / name / "go.mod").read_text(encoding="utf-8")
    replaced = set(re.findall(r"=> k8s\.io/\S+ (v\S+)", go_mod))

    assert replaced == {pinned[BUILT[name]].replace("v1.", "v0.", 1)}


def test_kind_makes_the_pinned_node_where_a_registry_answers() -> None:
    config = yaml.safe_load((ROOT / "kind-config.yaml").read_text(encoding="utf-8"))

    assert [node["image"] for node in config["nodes"]] == [versions.load(ROOT)["KIND_NODE_IMAGE"]]


def images_in(folder: Path) -> set[str]:
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.yaml")))
    return set(re.findall(r"^\s+image: (\S+)$", text, re.MULTILINE))


def test_manifests_name_the_pinned_images() -> None:
    pinned = versions.load(ROOT)

    assert images_in(ROOT / "k8s/metrics-server") == {pinned["METRICS_SERVER_IMAGE"]}
    assert images_in(ROOT / "k8s/k6-operator") == {pinned["K6_OPERATOR_IMAGE"]}
