"""Images of the services under test and of k6, from the Dockerfiles beside their sources."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

from clusterbed.docker import Context
from clusterbed.stages import Made, Stage, digest, is_source
from clusterbed.workshop import Workshop
from scalebed.provision.go_program import source_key
from scalebed.provision.k6 import ensure_k6
from scalebed.provision.network import PROXIES

# libstdc++6 is what wheels take for granted.
_PYTHON_PACKAGES = ("ca-certificates", "libstdc++6", "python3", "python3-pip", "python3-venv")
_PIP_SETTINGS = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_CERT", "PIP_PROXY")
_HOST_FILES = ("/etc/pip.conf", "/etc/ssl/certs", "/usr/share/ca-certificates", "/usr/local/share/ca-certificates")
_LOCK = "apps/requirements.lock"
BASE_NAME = "scalebed/python:local"
"""The services' base image, for whoever builds them beside us: skaffold's profile `offline`."""


def stages(shop: Workshop, python_base: str | None = None, k6_base: str | None = None) -> list[Stage]:
    """The services on these base images, or, without them, on bases made from Debian's packages."""
    bases = [
        _python_base(shop) if python_base is None else _pulled(shop, "base-python", python_base),
        *([] if k6_base is None else [_pulled(shop, "base-k6", k6_base)]),
    ]
    services = [_service(shop, name) for name in service_names(shop.root)]
    return [*bases, _wheelhouse(shop), *services, _k6(shop, "base-debian" if k6_base is None else "base-k6")]


def service_names(root: Path) -> list[str]:
    """Every service that the chart has an overlay for."""
    return sorted(file.stem for file in (root / "charts" / "webapp" / "overlays").glob("*.yaml"))


def image_names(root: Path) -> dict[str, str]:
    """Stage → name: what charts ask for when no tag is set."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return {f"service-{name}": f"scalebed/{name}:{version}" for name in (*service_names(root), "k6")}


def offer_wheels(root: Path, wheels: Path) -> Path:
    """Put wheels where a build with the clone as its context finds them; returns that folder."""
    place = root / "build" / "wheelhouse"
    place.mkdir(parents=True, exist_ok=True)
    wanted = {wheel.name: wheel for wheel in wheels.iterdir()}
    there = {wheel.name for wheel in place.iterdir()}
    for name in there - wanted.keys():
        (place / name).unlink()
    for name in wanted.keys() - there:
        shutil.copyfile(wanted[name], place / name)
    return place


def _python_base(shop: Workshop) -> Stage:
    suite = shop.versions["IMAGE_SUITE"]
    title = f"Debian {suite} with Python {shop.versions['IMAGE_PYTHON']} for the services"
    return shop.debian_base("base-python", title, suite, _PYTHON_PACKAGES, 60)


def _pulled(shop: Workshop, name: str, image: str) -> Stage:
    def make(reference: str, _: Made) -> None:
        docker = shop.docker(name)
        docker.run("pull", image, what=f"Pulling {image}")
        docker.tag(image, reference)

    return shop.as_image(name, f"{image}, from its registry", digest(image), make, seconds=30)


def _wheelhouse(shop: Workshop) -> Stage:
    """Wheels for the Python of the image, chosen by that Python itself, with the lock's hashes."""

    def make(folder: Path, made: Made) -> None:
        lock = shop.root / _LOCK
        settings = [name for name in (*_PIP_SETTINGS, *PROXIES) if name in os.environ]
        mounts = [f"{path}:{path}:ro" for path in _HOST_FILES if Path(path).exists()]
        words = [word for name in settings for word in ("--env", name)]
        words += [word for mount in (*mounts, f"{lock}:/lock:ro", f"{folder}:/wheels") for word in ("--volume", mount)]
        pip = ["python3", "-m", "pip", "download", "--disable-pip-version-check", "--no-cache-dir", "--quiet"]
        pip += ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
        pip += ["--dest", "/wheels", "--requirement", "/lock"]
        run = ["run", "--rm", "--network=host", *words, made.image("base-python"), *pip]
        shop.docker("wheelhouse").run(*run, what="Fetching the services' wheels")

    title = "Wheels of the services, verified by their lock"
    return shop.in_folder("wheelhouse", title, digest(shop.files(_LOCK)), make, needs=["base-python"], seconds=30)


def _service(shop: Workshop, name: str) -> Stage:
    dockerfile = next(path for path in (shop.root / "apps").glob("**/Dockerfile") if path.parent.name == name)

    def make(reference: str, made: Made) -> None:
        with Context(shop.folder) as context:
            _add_sources(context, shop.root, "apps")
            context.add(made.folder("wheelhouse"), "build/wheelhouse")
            arguments = {"BASE_IMAGE": made.image("base-python"), "WHEELHOUSE": "build/wheelhouse"}
            file = dockerfile.relative_to(shop.root).as_posix()
            shop.docker(f"service-{name}").build(reference, context.path, arguments, file)

    recipe = digest(shop.sources("apps"), name)
    return shop.as_image(
        f"service-{name}", f"Image of {name}", recipe, make, needs=["base-python", "wheelhouse"], seconds=30
    )


def _k6(shop: Workshop, base: str) -> Stage:
    source = shop.root / "loadtest" / "extension"

    def make(reference: str, made: Made) -> None:
        with Context(shop.folder) as context:
            _add_sources(context, shop.root, "loadtest/extension")
            context.add(shop.root / "loadtest" / "Dockerfile", "loadtest/Dockerfile")
            context.add(ensure_k6(shop.cache, source, shop.say), "build/k6/k6")
            image = made.image(base)
            arguments: Mapping[str, str] = {"BASE_IMAGE": image, "BUILD_IMAGE": image, "K6": "build/k6"}
            shop.docker("service-k6").build(reference, context.path, arguments, "loadtest/Dockerfile")

    recipe = digest(shop.files("loadtest/Dockerfile"), source_key(source, ""))
    return shop.as_image("service-k6", "Image of k6", recipe, make, needs=[base], seconds=10)


def _add_sources(context: Context, root: Path, folder: str) -> None:
    for path in sorted((root / folder).rglob("*")):
        if path.is_file() and is_source(path.relative_to(root)):
            context.add(path, path.relative_to(root).as_posix())
