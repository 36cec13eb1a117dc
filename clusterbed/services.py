"""Images of the services under test and of k6, from the Dockerfiles beside their sources."""

from __future__ import annotations

import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from clusterbed import bases
from clusterbed.docker import Context
from clusterbed.stages import Made, Stage, digest, digest_of_files, is_source
from clusterbed.workshop import Workshop
from scalebed.engines.services import find_service, read_peers, read_service
from scalebed.messages import EngineError
from scalebed.provision.builds import Build, ensure, files_of, require_toolchain
from scalebed.provision.builds import source_key as built_key
from scalebed.provision.go_program import source_key
from scalebed.provision.k6 import ensure_k6

USUAL = ("fastapi", "naive", "optimized")
"""Services of which every cluster has the images."""
ALL = "all"
"""Asks for every service that there is a chart overlay for."""
BASE_NAME = "scalebed/python:local"
"""The services' base image, for whoever builds them beside us: skaffold's profile `offline`."""

_NAMED_LOCK = re.compile(r"^ARG WHEELHOUSE=(\S+)$", re.MULTILINE)
"""In a Dockerfile: the lock whose wheels it installs."""
_BUILT = "build/service"
"""In a context: what a build on this machine has made of `apps/peers`."""
_BASES = {"go": bases.SLIM, "node": bases.NODEJS}
"""Toolchain → base of what it has built."""
Fill = Callable[[Context, Made], Mapping[str, str]]
"""Puts into a context what a Dockerfile copies, and gives the arguments to build it with."""


def stages(shop: Workshop, public: bases.Public | None = None) -> list[Stage]:
    """The services on these base images, or, without them, on bases made from Debian's packages."""
    made = bases.from_packages(shop) if public is None else bases.from_registry(shop, public)
    names = service_names(shop.root)
    locks = dict.fromkeys(lock for name in names if (lock := _lock(_dockerfile(shop.root, name))) is not None)
    wheels = [bases.wheelhouse(shop, lock) for lock in locks]
    python = list(_of_python(shop.root))
    services = [_service(shop, name, python) for name in names]
    return [*made, *wheels, *services, _k6(shop, "base-debian" if public is None else bases.SLIM)]


def service_names(root: Path) -> list[str]:
    """Every service that the chart has an overlay for."""
    return sorted(file.stem for file in (root / "charts" / "webapp" / "overlays").glob("*.yaml"))


def chosen(root: Path, asked: Sequence[str]) -> tuple[str, ...]:
    """The usual services, and those that are asked for; raises EngineError for one that there is no overlay for."""
    there = service_names(root)
    if unknown := [name for name in asked if name not in (*there, ALL)]:
        raise EngineError(f"{unknown[0]} is no service of the chart; those are {', '.join(there)}, or {ALL} for all")
    return tuple(name for name in there if name in (*USUAL, *asked) or ALL in asked)


def image_names(root: Path, services: Sequence[str]) -> dict[str, str]:
    """Stage → name: what charts ask for when no tag is set."""
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return {f"service-{name}": f"scalebed/{name}:{version}" for name in (*services, "k6")}


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


def _dockerfile(root: Path, name: str) -> Path:
    folder = find_service(root, name)
    if folder is None or not (folder / "Dockerfile").exists():
        raise EngineError(f"{name} has a chart overlay and no Dockerfile beside its variant.toml: restore it")
    return folder / "Dockerfile"


def _lock(dockerfile: Path) -> str | None:
    named = _NAMED_LOCK.search(dockerfile.read_text(encoding="utf-8"))
    return named[1] if named else None


def _service(shop: Workshop, name: str, python: Sequence[Path]) -> Stage:
    dockerfile = _dockerfile(shop.root, name)
    lock = _lock(dockerfile)
    build = read_service(shop.root, name).build
    if lock is not None:
        return _of_wheels(shop, dockerfile, lock, python)
    if build is not None and build.toolchain in _BASES:
        return _of_a_build(shop, dockerfile, build, _BASES[build.toolchain])
    raise EngineError(
        f"{dockerfile}: neither names a lock in ARG WHEELHOUSE nor is of a service that Go or Node builds"
    )


def _of_wheels(shop: Workshop, dockerfile: Path, lock: str, sources: Sequence[Path]) -> Stage:
    """A service of Python: these sources, and the wheels of a lock."""
    name, wheels = dockerfile.parent.name, bases.wheelhouse_name(lock)

    def fill(context: Context, made: Made) -> Mapping[str, str]:
        _add(context, shop.root, sources)
        context.add(made.folder(wheels), "build/wheelhouse")
        return {"BASE_IMAGE": made.image(bases.PYTHON), "WHEELHOUSE": "build/wheelhouse"}

    recipe, needs = digest_of_files(shop.root, sources), [bases.PYTHON, wheels]
    return _image(shop, dockerfile, fill, name=name, recipe=recipe, needs=needs, seconds=30)


def _of_a_build(shop: Workshop, dockerfile: Path, build: Build, base: str) -> Stage:
    """A service that is built on this machine, as one that is started here is."""
    switches = build.folder / "variant.toml"

    def fill(context: Context, made: Made) -> Mapping[str, str]:
        home = ensure(shop.cache, build, shop.say)
        _add(context, shop.root, [*files_of(build), switches])
        context.add(home.folder.parent, _BUILT)
        image = made.image(base)
        return {"BASE_IMAGE": image, "GO_IMAGE": image, "BUILT": _BUILT}

    recipe = digest(digest_of_files(shop.root, [switches]), built_key(build, _version(build)))
    return _image(shop, dockerfile, fill, name=build.name, recipe=recipe, needs=[base], seconds=20)


def _version(build: Build) -> str:
    """Of its toolchain; without one nothing is built, and what is there already may be used."""
    try:
        return require_toolchain(build)
    except EngineError:
        return ""


def _k6(shop: Workshop, base: str) -> Stage:
    source = shop.root / "loadtest" / "extension"

    def fill(context: Context, made: Made) -> Mapping[str, str]:
        _add(context, shop.root, _sources(source))
        context.add(ensure_k6(shop.cache, source, shop.say), "build/k6/k6")
        image = made.image(base)
        return {"BASE_IMAGE": image, "BUILD_IMAGE": image, "K6": "build/k6"}

    dockerfile = shop.root / "loadtest" / "Dockerfile"
    return _image(shop, dockerfile, fill, name="k6", recipe=source_key(source, ""), needs=[base], seconds=10)


def _image(
    shop: Workshop, dockerfile: Path, fill: Fill, *, name: str, recipe: str, needs: Sequence[str], seconds: int
) -> Stage:
    """The image of a Dockerfile; `recipe`: a hash of all else that it is made of."""

    def make(reference: str, made: Made) -> None:
        with Context(shop.folder) as context:
            _add(context, shop.root, [dockerfile])
            arguments = fill(context, made)
            file = dockerfile.relative_to(shop.root).as_posix()
            shop.docker(f"service-{name}").build(reference, context.path, arguments, file)

    whole = digest(digest_of_files(shop.root, [dockerfile]), recipe)
    return shop.as_image(f"service-{name}", f"Image of {name}", whole, make, needs=needs, seconds=seconds)


def _of_python(root: Path) -> Iterator[Path]:
    """Files of `apps` that Python may read: a change in what Go and Node alone do makes no new image."""
    others: set[Path] = set()
    for build in (service.build for service in read_peers(root)):
        if build is not None and build.toolchain in _BASES:
            others.update(place for place in (build.folder, *build.sources) if place.is_dir())
    for path in _sources(root / "apps"):
        # Which objects a service's switches ask of the database is read by Python.
        if path.name == "variant.toml" or not any(path.is_relative_to(folder) for folder in others):
            yield path


def _sources(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and is_source(path.relative_to(folder)):
            yield path


def _add(context: Context, root: Path, files: Iterable[Path]) -> None:
    for path in files:
        context.add(path, path.relative_to(root).as_posix())
