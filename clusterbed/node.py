"""The node image: Debian with containerd, our Kubernetes, and every image that a fresh cluster needs."""

from __future__ import annotations

import subprocess

from clusterbed import platform, standins
from clusterbed.commands import output
from clusterbed.docker import Context, Docker, save_into
from clusterbed.stages import Made, Stage, digest
from clusterbed.workshop import Workshop
from scalebed.messages import EngineError

_PACKAGES = (
    *("systemd", "systemd-sysv", "dbus", "containerd", "runc", "containernetworking-plugins"),
    *("iptables", "iproute2", "conntrack", "ethtool", "socat", "kmod", "mount", "procps", "hostname"),
    *("ca-certificates", "jq"),
)
_FILES = {
    "entrypoint": "usr/local/sbin/node-entrypoint",
    "runc-without-sys-resource": "usr/local/sbin/runc-without-sys-resource",
    "kubelet-cgroups": "usr/local/sbin/kubelet-cgroups",
    "kubelet.service": "etc/systemd/system/kubelet.service",
    "volumes": "usr/local/sbin/volumes",
    "volumes.service": "etc/systemd/system/volumes.service",
    "volumes.path": "etc/systemd/system/volumes.path",
    "journald.conf": "etc/systemd/journald.conf.d/node.conf",
    "crictl.yaml": "etc/crictl.yaml",
    "pods.conflist": "etc/cni/net.d/10-pods.conflist",
    "default-cni.yaml": "kind/manifests/default-cni.yaml",
    "default-storage.yaml": "kind/manifests/default-storage.yaml",
}
_READY_S = 60


def stages(shop: Workshop) -> list[Stage]:
    suite = shop.versions["NODE_SUITE"]
    base = shop.debian_base("base-node", f"Debian {suite} for the node", suite, _PACKAGES, 60)
    return [base, _empty_node(shop), _node(shop)]


def preloaded(shop: Workshop) -> dict[str, str]:
    """Stage → name of each image that is in the node from the start."""
    return platform.image_names(shop.versions) | standins.image_names(shop.versions)


def _empty_node(shop: Workshop) -> Stage:
    def make(reference: str, made: Made) -> None:
        with Context(shop.folder) as context:
            source = shop.root / "k8s" / "node"
            context.add(source / "Dockerfile", "Dockerfile")
            for name, target in _FILES.items():
                context.add(source / name, f"root/{target}")
            config = (source / "containerd.toml").read_text(encoding="utf-8")
            config = config.replace("@PAUSE@", shop.versions["PAUSE_IMAGE"])
            context.write("root/usr/local/share/node/containerd.toml", config)
            context.write("root/kind/version", shop.versions["KUBERNETES"])
            for name in ("kubeadm", "kubelet", "kubectl"):
                context.add(made.folder("kubernetes") / name, f"root/usr/bin/{name}")
            context.add(made.folder("crictl") / "crictl", "root/usr/local/bin/crictl")
            shop.docker("node-empty").build(reference, context.path, {"BASE_IMAGE": made.image("base-node")})

    recipe = digest(shop.files("k8s/node"), repr(sorted(_FILES.items())), shop.versions["PAUSE_IMAGE"])
    needs = ["base-node", "kubernetes", "crictl"]
    return shop.as_image("node-empty", "Node image without images in it", recipe, make, needs=needs, seconds=20)


def _node(shop: Workshop) -> Stage:
    images = preloaded(shop)

    def make(reference: str, made: Made) -> None:
        docker = shop.docker("node")
        for stage, name in images.items():
            docker.tag(made.image(stage), name)
        _preload(docker, made.image("node-empty"), list(images.values()), reference)

    recipe = digest("2", repr(sorted(images.items())))
    return shop.as_image("node", "Node image", recipe, make, needs=["node-empty", *images], seconds=60)


def _preload(docker: Docker, empty: str, images: list[str], reference: str) -> None:
    """Have the node's own containerd take the images in, and keep what it wrote as the image's last layer.

    They stay packed: the node unpacks one when a container first asks for it.
    """
    started = output(["docker", "run", "--detach", "--entrypoint", "/usr/bin/containerd", empty])
    if started is None:
        raise EngineError("Preloading the node image failed: its containerd could not be started")
    container = started.strip()
    try:
        ctr = ["docker", "exec", "--interactive", container, "ctr", "--namespace=k8s.io"]
        waiting = f"for i in $(seq {_READY_S}); do ctr version >/dev/null 2>&1 && exit 0; sleep 1; done; exit 1"
        docker.run("exec", container, "sh", "-c", waiting, what="Starting the node's containerd")
        save_into(docker, images, [*ctr, "images", "import", "--no-unpack", "-"], "Preloading the node image")
        # Not `docker stop`: that would send the signal that stops systemd.
        docker.run("kill", "--signal=TERM", container, what="Stopping the node's containerd")
        docker.run("wait", container, what="Waiting for the node's containerd to stop")
        docker.run("commit", *_as_a_node(), container, reference, what="Keeping the node image")
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", container], capture_output=True, check=False)


def _as_a_node() -> list[str]:
    """`docker commit` keeps the entrypoint that the container was started with, unless it is told another one."""
    return ["--change", 'ENTRYPOINT ["/usr/local/sbin/node-entrypoint", "/sbin/init"]']
