"""All stages together, and what of them a cluster needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clusterbed import bases, node, platform, services, standins, tools
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
    return [
        *tools.stages(shop.root, shop.cache, shop.versions),
        platform.operator_resources(shop),
        *services.stages(shop, bases.Public.of(shop.versions)),
    ]


def wanted(shop: Workshop, registry: bool, chosen: Sequence[str]) -> list[str]:
    """The stages that a cluster with these services is made of, but for the tools."""
    both = ["k6-operator-resources", *loaded(shop, chosen)]
    # The base and the wheels are also offered to skaffold.
    return both if registry else ["node", bases.PYTHON, "wheelhouse", *both]


def loaded(shop: Workshop, chosen: Sequence[str]) -> Mapping[str, str]:
    """Stage → name of each image that a running node is given, for these services."""
    return services.image_names(shop.root, chosen)
