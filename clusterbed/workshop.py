"""What every stage is made with: the clone, the cache, the versions, and a Docker client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clusterbed import versions
from clusterbed.commands import Log
from clusterbed.debian import install, root_filesystem
from clusterbed.docker import Context, Docker, ImageProduct
from clusterbed.folders import Build, FolderProduct
from clusterbed.gomodules import GoBuild
from clusterbed.stages import Announcer, Made, Pipeline, Stage, digest, digest_of_files
from scalebed.messages import Say
from scalebed.provision.locks import Lock


@dataclass(frozen=True)
class Workshop:
    root: Path
    cache: Path
    versions: Mapping[str, str]
    say: Say

    @classmethod
    def open(cls, root: Path, cache: Path, say: Say) -> Workshop:
        return cls(root, cache, versions.load(root), say)

    @property
    def folder(self) -> Path:
        """Our folder in the cache."""
        return self.cache / "airgap"

    def log(self, stage: str) -> Log:
        return Log(self.folder / "logs" / f"{stage}.log")

    def docker(self, stage: str) -> Docker:
        return Docker(self.log(stage))

    @contextmanager
    def guard(self, name: str) -> Iterator[None]:
        """Waits for whoever else is at it, in another process."""
        lock = Lock(self.folder / "locks" / name)
        lock.acquire(wait=True)
        try:
            yield
        finally:
            lock.release()

    def pipeline(self, stages: Iterable[Stage], announcer: Announcer) -> Pipeline:
        return Pipeline(stages, announcer, self.guard)

    def files(self, *paths: str) -> str:
        """Hash of files of the clone, by their paths below it."""
        return digest_of_files(self.root, [self.root / path for path in paths])

    def in_folder(
        self, name: str, title: str, recipe: str, build: Build, *, needs: Iterable[str] = (), seconds: int = 10
    ) -> Stage:
        def logged(folder: Path, made: Made) -> None:
            self.log(name).begin()
            build(folder, made)

        product = FolderProduct(self.folder / "stages", name, logged)
        return Stage(name, title, recipe, product, tuple(needs), seconds)

    def as_image(
        self,
        name: str,
        title: str,
        recipe: str,
        build: Callable[[str, Made], None],
        *,
        needs: Iterable[str] = (),
        seconds: int = 10,
    ) -> Stage:
        def logged(reference: str, made: Made) -> None:
            self.log(name).begin()
            build(reference, made)

        product = ImageProduct(self.docker(name), name, logged)
        return Stage(name, title, recipe, product, tuple(needs), seconds)

    def go_programs(self, name: str, title: str, build: GoBuild, seconds: int) -> Stage:
        def make(folder: Path, _: Made) -> None:
            build.build(folder, self.cache, self.log(name))

        return self.in_folder(name, title, build.recipe(), make, seconds=seconds)

    def debian_base(self, name: str, title: str, suite: str, packages: tuple[str, ...], seconds: int) -> Stage:
        """An image with nothing but packages of one Debian suite."""

        def make(reference: str, _: Made) -> None:
            log = self.log(name)
            install({"mmdebstrap": "mmdebstrap"}, "make root filesystems", log, self.say)
            with Context(self.folder) as context:
                archive = context.path / "root.tar"
                root_filesystem(suite, packages, archive, log)
                self.docker(name).import_archive(archive, reference)

        return self.as_image(name, title, digest(suite, *packages), make, seconds=seconds)

    def dockerfile_image(
        self,
        name: str,
        title: str,
        folder: str,
        base: str,
        *,
        fill: Callable[[Context, Made], None] = lambda _, __: None,
        recipe: str = "",
        needs: Iterable[str] = (),
        arguments: Mapping[str, str] | None = None,
        seconds: int = 10,
    ) -> Stage:
        """An image of `folder`'s Dockerfile on the image of the stage `base`; `fill` brings what else it copies."""

        def make(reference: str, made: Made) -> None:
            with Context(self.folder) as context:
                context.add(self.root / folder, "")
                fill(context, made)
                self.docker(name).build(reference, context.path, {"BASE_IMAGE": made.image(base), **(arguments or {})})

        whole = digest(self.files(folder), recipe, repr(sorted((arguments or {}).items())))
        return self.as_image(name, title, whole, make, needs=(base, *needs), seconds=seconds)
