"""The command-line tools of the cluster and its charts: from PATH at a fitting version, otherwise built."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from clusterbed.commands import Log, output
from clusterbed.debian import program_path
from clusterbed.folders import FolderProduct
from clusterbed.gomodules import GoBuild
from clusterbed.stages import Stage
from scalebed.messages import EngineError

KUBERNETES_STAMP = "k8s.io/component-base/version"


def kubernetes_stamps(version: str) -> dict[str, str]:
    """What programs of Kubernetes are told at their build, or they would say v0.0.0; `version` is such as v1.34.4."""
    major, minor, *_ = version.removeprefix("v").split(".")
    numbers = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    return {f"{KUBERNETES_STAMP}.{name}": said for name, said in numbers.items()}


@dataclass(frozen=True)
class Tool:
    """`least` and `below` bound the versions that fit; without them PATH is not asked."""

    name: str
    package: str
    variable: str
    """Its line in versions.env."""
    ask: tuple[str, ...] = ()
    least: tuple[int, ...] = ()
    below: tuple[int, ...] = ()
    stamps: tuple[str, ...] = ()
    """Variables that take the version."""
    more: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    """Of the build."""
    seconds: int = 10
    module: str = ""
    """Folder in k8s/build, where it is not the name."""
    beside: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """What it calls by name → the version that it must be below."""

    def fits(self, version: str | None) -> bool:
        numbers = tuple(int(number) for number in re.findall(r"\d+", version or "")[:3])
        return bool(numbers) and self.least <= numbers < self.below


TOOLS = (
    Tool(
        "helm",
        "helm.sh/helm/v3/cmd/helm",
        "HELM",
        ask=("version", "--short"),
        least=(3, 18),
        below=(5,),
        stamps=("helm.sh/helm/v3/internal/version.version",),
        # What `helm template` and `helm lint` take the cluster to be.
        more={
            f"helm.sh/helm/v3/pkg/{package}.k8sVersion{part}": number
            for package in ("chartutil", "lint/rules")
            for part, number in (("Major", "1"), ("Minor", "34"))
        },
        seconds=90,
    ),
    Tool("kind", "sigs.k8s.io/kind", "KIND", ask=("version",), least=(0, 33), below=(0, 34), seconds=15),
    Tool(
        "kubectl",
        "k8s.io/kubernetes/cmd/kubectl",
        "KUBERNETES",
        ask=("version", "--client"),
        # One minor version off the cluster's, either way.
        least=(1, 33),
        below=(1, 36),
        stamps=(f"{KUBERNETES_STAMP}.gitVersion",),
        more={f"{KUBERNETES_STAMP}.gitMajor": "1", f"{KUBERNETES_STAMP}.gitMinor": "34"},
        seconds=60,
        module="kubernetes",
    ),
    Tool(
        "kubeconform",
        "github.com/yannh/kubeconform/cmd/kubeconform",
        "KUBECONFORM",
        ask=("-v",),
        least=(0, 6, 7),
        below=(1,),
        stamps=("main.version",),
    ),
    Tool(
        "kube-score",
        "github.com/zegl/kube-score/cmd/kube-score",
        "KUBE_SCORE",
        ask=("version",),
        least=(1, 20),
        below=(2,),
        stamps=("main.version",),
        seconds=40,
    ),
    Tool(
        "helm-unittest",
        "github.com/helm-unittest/helm-unittest/cmd/helm-unittest",
        "HELM_UNITTEST",
        seconds=60,
    ),
    # It generates what is committed, so exactly this one.
    Tool("helm-docs", "github.com/norwoodj/helm-docs/cmd/helm-docs", "HELM_DOCS", stamps=("main.version",), seconds=30),
    Tool(
        "skaffold",
        "github.com/GoogleContainerTools/skaffold/v2/cmd/skaffold",
        "SKAFFOLD",
        ask=("version",),
        least=(2, 14),
        below=(3,),
        stamps=("github.com/GoogleContainerTools/skaffold/v2/pkg/skaffold/version.version",),
        seconds=200,
        # It calls helm with a flag that Helm 4 refuses.
        beside={"helm": (4,)},
    ),
    # Docker's own; asked for by itself, since `docker compose` is a plugin of the client, which may be anywhere.
    Tool(
        "docker-compose",
        "github.com/docker/compose/v2/cmd",
        "COMPOSE",
        ask=("version",),
        least=(2, 20),
        below=(6,),
        stamps=("github.com/docker/compose/v2/internal.Version",),
        seconds=150,
        module="compose",
    ),
    # Each with the ways to find targets that scripts/monitoring has, and none of the clouds', which are most of it.
    *(
        Tool(
            name,
            f"github.com/prometheus/prometheus/cmd/{name}",
            "PROMETHEUS",
            ask=("--version",),
            # With the receiver of OTLP; 3.8 made native histograms stable.
            least=(3, 8),
            below=(4,),
            tags=("remove_all_sd", "enable_kubernetes_sd"),
            seconds=seconds,
            module="prometheus",
        )
        for name, seconds in (("prometheus", 240), ("promtool", 60))
    ),
    # For tests that everything works with it too; it takes its Kubernetes version from the libraries it is built with.
    Tool(
        "helm4",
        "helm.sh/helm/v4/cmd/helm",
        "HELM4",
        stamps=("helm.sh/helm/v4/internal/version.version",),
        seconds=90,
    ),
)
BY_NAME = {tool.name: tool for tool in TOOLS}


@dataclass(frozen=True)
class Found:
    """A tool that can be run."""

    name: str
    version: str
    source: str
    path: Path


def stages(root: Path, cache: Path, versions: Mapping[str, str]) -> list[Stage]:
    """A stage for each tool, as `tool-NAME`."""
    return [_stage(tool, root, cache, versions) for tool in TOOLS]


def on_path(tool: Tool) -> Found | None:
    """The tool from PATH, where its version fits; not a link to it, which may be the one that `link` makes."""
    path = program_path(tool.name)
    if path is None or not tool.ask:
        return None
    version = asked_version(output([path, *tool.ask], timeout_s=20) or "")
    return Found(tool.name, version, "PATH", Path(path).resolve()) if version and tool.fits(version) else None


def asked_version(said: str) -> str | None:
    """The first version in what a tool says of itself."""
    match = re.search(r"\bv?(\d+\.\d+\.\d+)", said)
    return match[1] if match else None


def gather(
    names: Iterable[str], make: Callable[[list[str]], Mapping[str, Path]], versions: Mapping[str, str]
) -> list[Found]:
    """Find each on PATH; `make` builds the stages that are named and gives their folders."""
    wanted = list(names)
    unknown = [name for name in wanted if name not in BY_NAME]
    if unknown:
        raise EngineError(f"{unknown[0]}: is none of the tools; those are {', '.join(BY_NAME)}")
    found = {tool.name: on_path(tool) for tool in _beside_each_other(wanted)}
    folders = make([f"tool-{name}" for name, where in found.items() if where is None])
    return [
        found[name]
        or Found(name, versions[BY_NAME[name].variable].removeprefix("v"), "built", folders[f"tool-{name}"] / name)
        for name in wanted
    ]


def bounded(names: Iterable[str]) -> bool:
    """Whether one of these tools bounds another, so that the folder with their links is of their own."""
    return any(BY_NAME[name].beside for name in names)


def link(found: Iterable[Found], folder: Path) -> None:
    """Make `folder` one that PATH can begin with: a link for each tool."""
    folder.mkdir(parents=True, exist_ok=True)
    for tool in found:
        new = folder / f".{tool.name}-{os.getpid()}"
        new.symlink_to(tool.path)
        new.replace(folder / tool.name)


def _beside_each_other(names: Iterable[str]) -> list[Tool]:
    """The tools of these names, each within the bounds of those that call it."""
    tools = [BY_NAME[name] for name in names]
    bounds = {name: below for tool in tools for name, below in tool.beside.items()}
    return [replace(tool, below=min(tool.below, bounds.get(tool.name, tool.below))) for tool in tools]


def _stage(tool: Tool, root: Path, cache: Path, versions: Mapping[str, str]) -> Stage:
    version = versions[tool.variable]
    module = tool.module or tool.name
    go = versions["KUBERNETES_GO" if module == "kubernetes" else "TOOLS_GO"]
    stamps = dict.fromkeys(tool.stamps, version) | dict(tool.more)
    build = GoBuild(root / "k8s" / "build" / module, {tool.name: tool.package}, go, stamps, tool.tags)
    log = Log(cache / "airgap" / "logs" / f"tool-{tool.name}.log")

    def make(folder: Path, _: object) -> None:
        log.begin()
        build.build(folder, cache, log)

    name = f"tool-{tool.name}"
    product = FolderProduct(cache / "airgap" / "stages", name, make)
    return Stage(name, f"{tool.name} {version}, from Go modules", build.recipe(), product, seconds=tool.seconds)
