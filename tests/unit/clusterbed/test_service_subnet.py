"""The node rejects what kube-proxy does not know, in the very network that the cluster gives to services."""

import re

import yaml

from scalebed import paths


def test_the_node_rejects_in_the_network_of_services() -> None:
    config = yaml.safe_load((paths.ROOT / "kind-config.yaml").read_text(encoding="utf-8"))
    entrypoint = (paths.ROOT / "k8s" / "node" / "entrypoint").read_text(encoding="utf-8")
    assert re.findall(r"^services=(\S+)", entrypoint, re.MULTILINE) == [config["networking"]["serviceSubnet"]]
