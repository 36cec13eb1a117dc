"""The rights that are printed."""

from collections.abc import Mapping
from typing import Any

from scalebed.engines.kubernetes.own.rights import manifests
from scalebed.experiment.scalable import Scalable


def verbs(made: list[dict[str, Any]], namespace: str | None) -> Mapping[str, set[str]]:
    """By group and resource, of the role in a namespace or of the cluster's."""
    (role,) = (
        each for each in made if each["kind"].endswith("Role") and each["metadata"].get("namespace") == namespace
    )
    return {f"{rule['resources'][0]}.{rule['apiGroups'][0]}": set(rule["verbs"]) for rule in role["rules"]}


def test_a_deployment_is_scaled_and_nothing_in_its_namespace_is_made_but_a_lease() -> None:
    made = manifests([Scalable.of("shop/web")], "load", kubelets=False)
    theirs = verbs(made, "shop")
    assert theirs["deployments.apps"] == theirs["deployments/scale.apps"] == {"get", "patch"}
    assert [of for of, may in theirs.items() if "create" in may or "delete" in may] == ["leases.coordination.k8s.io"]
    assert "secrets." not in theirs
    assert "nodes/proxy." not in verbs(made, None)
    assert "nodes/proxy." in verbs(manifests([], "load", kubelets=True), None)


def test_what_has_another_kind_is_named_by_it() -> None:
    made = manifests([Scalable.of("rollouts.argoproj.io/shop/web"), Scalable.of("shop/api")], "load", kubelets=False)
    assert {"rollouts.argoproj.io", "rollouts/scale.argoproj.io", "deployments.apps"} <= verbs(made, "shop").keys()


def test_an_image_is_installed_in_the_namespace_of_releases() -> None:
    made = manifests([], "load", images="releases", kubelets=False)
    assert {"create", "delete"} <= verbs(made, "releases")["deployments.apps"]
    assert [each["metadata"]["name"] for each in made if each["kind"] == "Namespace"] == ["load", "releases"]
    assert all(each["subjects"][0]["namespace"] == "load" for each in made if each["kind"].endswith("Binding"))
