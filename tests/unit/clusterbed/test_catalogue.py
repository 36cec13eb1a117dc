from pathlib import Path

import pytest
from silent import Silent

from clusterbed import catalogue, node, services
from clusterbed.stages import Pipeline
from clusterbed.workshop import Workshop
from scalebed.paths import ROOT


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A cache with nothing in it, on a machine without Docker, so that everything is missing."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return Workshop.open(ROOT, tmp_path, lambda _: None)


def test_a_cluster_without_a_registry_is_made_in_an_order_that_holds(shop: Workshop) -> None:
    stages = catalogue.without_registry(shop)
    order = [stage.name for stage in Pipeline(stages, Silent()).pending(catalogue.wanted(shop, False, services.USUAL))]

    assert {"kubernetes", "node", "service-naive", "service-optimized", "service-k6"} <= set(order)
    assert not {"service-gin", "base-nodejs", "wheelhouse-peers"} & set(order)
    for stage in stages:
        for need in stage.needs:
            if stage.name in order:
                assert order.index(need) < order.index(stage.name)


def test_with_a_registry_nothing_is_built_that_a_registry_has(shop: Workshop) -> None:
    stages = catalogue.with_registry(shop)
    order = [stage.name for stage in Pipeline(stages, Silent()).pending(catalogue.wanted(shop, True, services.USUAL))]

    assert {"service-naive", "service-optimized", "service-k6", "k6-operator-resources"} <= set(order)
    assert not {"kubernetes", "node", "base-debian", "image-postgres"} & set(order)


def test_titles_and_names_are_there_once(shop: Workshop) -> None:
    stages = catalogue.without_registry(shop)

    assert len({stage.name for stage in stages}) == len(stages)
    assert len({stage.title for stage in stages}) == len(stages)


def test_the_node_brings_every_image_that_the_manifests_and_kubeadm_ask_for(shop: Workshop) -> None:
    names = set(node.preloaded(shop).values())

    assert {
        shop.versions[name] for name in shop.versions if name.endswith("_IMAGE") and "BASE" not in name
    } - names == {shop.versions["KIND_NODE_IMAGE"]}
    assert f"registry.k8s.io/kube-apiserver:{shop.versions['KUBERNETES']}" in names


def test_services_are_named_as_charts_ask_for_them(shop: Workshop) -> None:
    names = services.image_names(ROOT, services.USUAL)

    assert names["service-naive"].startswith("scalebed/naive:")
    assert names["service-k6"].startswith("scalebed/k6:")
