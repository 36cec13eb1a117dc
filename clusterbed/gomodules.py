"""Builds programs from Go modules through wrapper modules of ours, whose go.sum verifies every byte that goes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clusterbed.commands import Log, output
from clusterbed.stages import digest, digest_of_files
from scalebed.messages import EngineError
from scalebed.provision.go import STRIPPED, find_go, go_environment

_LEAST_GO = (1, 21)
"""The first that can fetch another release of itself."""


@dataclass(frozen=True)
class GoBuild:
    """`packages`: name of the program → its import path; `stamps`: variables that the linker sets; `tags`: of the
    build."""

    module: Path
    packages: Mapping[str, str]
    go: str
    stamps: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    def recipe(self) -> str:
        sources = [self.module / "go.mod", self.module / "go.sum", *self.module.glob("*.go")]
        return digest(
            digest_of_files(self.module, sources),
            repr(sorted(self.packages.items())),
            repr(sorted(self.stamps.items())),
            self.go,
            *([repr(self.tags)] if self.tags else []),
        )

    def build(self, folder: Path, cache: Path, log: Log) -> None:
        """Leave the programs in `folder`: static, without debugging tables."""
        flags = " ".join([STRIPPED, *(f"-X {name}={value}" for name, value in sorted(self.stamps.items()))])
        tags = ["-tags", ",".join(self.tags)] if self.tags else []
        base: list[str | Path] = [find_go(_LEAST_GO), "build", *tags, "-ldflags", flags, "-o"]
        # Together where the names are Go's own, so that what they share is read once.
        same = [path for name, path in self.packages.items() if path.rsplit("/", 1)[-1] == name]
        calls = [[*base, f"{folder}/", *same]] if same else []
        calls += [[*base, folder / name, path] for name, path in self.packages.items() if path not in same]
        for argv in calls:
            log.run(argv, what=self._what(), folder=self.module, env=environment(cache, self.go))

    def _what(self) -> str:
        return f"Building {', '.join(self.packages)} in k8s/build/{self.module.name}"


def environment(cache: Path, go: str) -> dict[str, str]:
    """Go's environment: the release that is asked for, fetched and verified like any module where it is not here."""
    return go_environment(cache) | {
        "GOTOOLCHAIN": go,
        # Apart from k6's, which is emptied after each build.
        "GOCACHE": str(cache / "go" / "cluster-build"),
    }


def module_folder(build: GoBuild, module: str, cache: Path, log: Log) -> Path:
    """The folder of a module that `build` requires, downloaded and verified."""
    go, env = find_go(_LEAST_GO), environment(cache, build.go)
    log.run([go, "mod", "download", module], what=f"Fetching {module}", folder=build.module, env=env)
    found = output([go, "-C", build.module, "list", "-m", "-f", "{{.Dir}}", module], env=env)
    if not found:
        raise EngineError(f"Go cannot say where {module} is, though it has just fetched it ({log.path})")
    return Path(found.strip())
