"""The cluster's own programs and images: control plane, DNS, metrics-server and the k6-operator, from Go modules."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from clusterbed.debian import install
from clusterbed.docker import Context, minimal_root
from clusterbed.gomodules import GoBuild, module_folder
from clusterbed.stages import Made, Stage, digest
from clusterbed.tools import kubernetes_stamps
from clusterbed.workshop import Workshop

_CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy")
_NODE = ("kubeadm", "kubelet", "kubectl")
_OPERATOR = "github.com/grafana/k6-operator"


def stages(shop: Workshop) -> list[Stage]:
    return [*_programs(shop), _minimal_base(shop), *_images(shop), _pause(shop), operator_resources(shop)]


def image_names(versions: Mapping[str, str]) -> dict[str, str]:
    """Stage → the name under which the cluster asks for its image."""
    named = {f"image-{name}": f"registry.k8s.io/{name}:{versions['KUBERNETES']}" for name in _CONTROL_PLANE}
    return named | {
        "image-etcd": versions["ETCD_IMAGE"],
        "image-coredns": versions["COREDNS_IMAGE"],
        "image-pause": versions["PAUSE_IMAGE"],
        "image-metrics-server": versions["METRICS_SERVER_IMAGE"],
        "image-k6-operator": versions["K6_OPERATOR_IMAGE"],
    }


def operator_resources(shop: Workshop) -> Stage:
    """The k6-operator's custom resource definitions, out of its module."""
    build = _build(shop, "k6-operator", _OPERATOR)

    def make(folder: Path, _: Made) -> None:
        source = module_folder(build, _OPERATOR, shop.cache, shop.log("k6-operator-resources"))
        for file in sorted((source / "config" / "crd" / "bases").glob("*.yaml")):
            shutil.copyfile(file, folder / file.name)

    title = "Custom resources of the k6-operator"
    return shop.in_folder("k6-operator-resources", title, digest("crd/bases", build.recipe()), make, seconds=5)


def _programs(shop: Workshop) -> list[Stage]:
    versions = shop.versions
    kubernetes = {name: f"k8s.io/kubernetes/cmd/{name}" for name in (*_CONTROL_PLANE, *_NODE)}
    stamps = kubernetes_stamps(versions["KUBERNETES"])
    main = GoBuild(_module(shop, "kubernetes"), kubernetes, versions["KUBERNETES_GO"], stamps)
    others = (
        ("etcd", "go.etcd.io/etcd/server/v3", 60),
        ("coredns", ".", 60),
        ("crictl", "sigs.k8s.io/cri-tools/cmd/crictl", 40),
        ("metrics-server", "sigs.k8s.io/metrics-server/cmd/metrics-server", 60),
        ("k6-operator", _OPERATOR, 50),
    )
    builds = [("kubernetes", main, 400), *((name, _build(shop, name, path), s) for name, path, s in others)]
    return [shop.go_programs(name, _title(shop, name), build, seconds) for name, build, seconds in builds]


def _title(shop: Workshop, name: str) -> str:
    return f"{name} {shop.versions[name.upper().replace('-', '_')]}, from Go modules"


def _build(shop: Workshop, name: str, package: str) -> GoBuild:
    return GoBuild(_module(shop, name), {name: package}, shop.versions["TOOLS_GO"])


def _module(shop: Workshop, name: str) -> Path:
    return shop.root / "k8s" / "build" / name


def _minimal_base(shop: Workshop) -> Stage:
    def make(reference: str, _: Made) -> None:
        with Context(shop.folder) as context:
            archive = context.path / "root.tar"
            minimal_root(archive)
            shop.docker("base-minimal").import_archive(archive, reference)

    return shop.as_image("base-minimal", "A root filesystem for static programs", digest("2"), make, seconds=2)


def _images(shop: Workshop) -> list[Stage]:
    static = [(name, "kubernetes", "0") for name in _CONTROL_PLANE if name != "kube-proxy"]
    static += [("etcd", "etcd", "0"), ("coredns", "coredns", "0")]
    static += [("metrics-server", "metrics-server", "65532"), ("k6-operator", "k6-operator", "65532")]
    images = [_program_image(shop, program, stage, user) for program, stage, user in static]

    def add_proxy(context: Context, made: Made) -> None:
        context.add(made.folder("kubernetes") / "kube-proxy", "kube-proxy")

    proxy = shop.dockerfile_image(
        "image-kube-proxy",
        "Image of kube-proxy",
        "k8s/images/kube-proxy",
        "base-debian",
        fill=add_proxy,
        needs=["kubernetes"],
        seconds=4,
    )
    return [*images, proxy]


def _program_image(shop: Workshop, program: str, stage: str, user: str) -> Stage:
    def fill(context: Context, made: Made) -> None:
        context.add(made.folder(stage) / program, f"root/usr/local/bin/{program}")
        context.link("root/entrypoint", f"/usr/local/bin/{program}")
        if program == "k6-operator":
            # Its pod asks for it by the official image's path.
            context.link("root/manager", f"/usr/local/bin/{program}")

    return shop.dockerfile_image(
        f"image-{program}",
        f"Image of {program}",
        "k8s/images/program",
        "base-minimal",
        fill=fill,
        recipe="1",
        needs=[stage],
        arguments={"USER": user},
        seconds=4,
    )


def _pause(shop: Workshop) -> Stage:
    def fill(context: Context, _: Made) -> None:
        log = shop.log("image-pause")
        install({"gcc": "gcc", "/usr/include/stdlib.h": "libc6-dev"}, "compile the pause program", log, shop.say)
        argv: list[str | Path] = ["gcc", "-Os", "-static", "-s", "-Wall", "-Wextra", "-o"]
        argv += [context.path / "pause", context.path / "pause.c"]
        log.run(argv, what="Compiling the pause program")

    return shop.dockerfile_image(
        "image-pause", "Image of pause", "k8s/images/pause", "base-minimal", fill=fill, seconds=3
    )
