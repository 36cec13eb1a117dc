"""The cluster itself: made by kind, given metrics-server, the k6-operator, namespaces and images, and taken away."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from clusterbed.commands import Log, ask, output
from clusterbed.docker import unanswered
from scalebed.messages import EngineError

NAME = "scalebed"
CONTEXT = f"kind-{NAME}"
_NODE = f"{NAME}-control-plane"
_READY_S = 180
_ESTABLISHED_S = 60
_METRICS_S = 120


def is_there() -> bool:
    """A node of the cluster exists, running or not. Raises EngineError where the Docker daemon does not say."""
    answer = ask(["docker", "ps", "--all", "--quiet", "--filter", f"label=io.x-k8s.kind.cluster={NAME}"])
    if answer.printed is None:
        raise unanswered(answer)
    return bool(answer.printed.strip())


class Cluster:
    """`kind` and `kubectl` are the programs; `root` is the clone."""

    def __init__(self, kind: Path, kubectl: Path, root: Path, log: Log) -> None:
        self._kind = kind
        self._kubectl = kubectl
        self._root = root
        self._log = log

    def answers(self) -> bool:
        """Its API server serves, and its node is Ready."""
        ready = output(
            [
                *self._control(),
                "get",
                "nodes",
                "--request-timeout=5s",
                "-o",
                'jsonpath={.items[*].status.conditions[?(@.type=="Ready")].status}',
            ]
        )
        return ready is not None and ready.split() == ["True"]

    def node_image(self) -> str | None:
        answer = output(["docker", "inspect", "--format", "{{.Config.Image}}", _NODE])
        return answer.strip() if answer else None

    def create(self, image: str | None) -> None:
        """From kind-config.yaml; `image` in place of the one it names."""
        argv: list[str | Path] = [self._kind, "create", "cluster", "--config", self._root / "kind-config.yaml"]
        argv += ["--wait", f"{_READY_S}s", *(["--image", image] if image else [])]
        self._log.run(argv, what="Creating the cluster", folder=self._root)
        if not self.answers():
            raise EngineError(f"The cluster's node is not Ready after {_READY_S} s ({self._log.path})")

    def delete(self) -> None:
        """The node, its volumes, its entry in the kubeconfig, and kind's network where nothing else uses it."""
        self._log.run([self._kind, "delete", "cluster", "--name", NAME], what="Deleting the cluster")
        subprocess.run(["docker", "network", "rm", "kind"], capture_output=True, check=False)

    def load(self, images: Iterable[str]) -> None:
        """Give the node images of this machine; one that it has is not copied again."""
        argv: list[str | Path] = [self._kind, "load", "docker-image", "--name", NAME, *images]
        self._log.run(argv, what="Loading images into the node")

    def install(self, resources: Path) -> None:
        """Apply what k8s/ says, and wait until it serves. `resources` holds the k6-operator's custom resources."""
        self._apply("--filename", resources)
        # kubectl gives up at once on a definition that has no conditions yet, so it is asked again.
        self._answered(
            ["wait", "--for=condition=Established", "--timeout=5s", "--filename", resources],
            limit_s=_ESTABLISHED_S,
            failure=f"The definitions of {resources} are not established",
            why="get crds",
        )
        for folder in ("namespaces", "metrics-server", "k6-operator"):
            self._apply("--kustomize", self._root / "k8s" / folder)
        # A second one would take a tenth of a core's request from what is measured.
        self._run("--namespace=kube-system", "scale", "deployment/coredns", "--replicas=1")
        for namespace, name in (
            ("kube-system", "coredns"),
            ("kube-system", "metrics-server"),
            ("k6-operator-system", "k6-operator"),
        ):
            waiting = ["rollout", "status", f"deployment/{name}", f"--timeout={_READY_S}s"]
            self._run(f"--namespace={namespace}", *waiting)

    def wait_for_metrics(self) -> None:
        """An HPA sees nothing before the first numbers are there."""
        self._answered(
            ["top", "node", "--no-headers", "--request-timeout=5s"],
            limit_s=_METRICS_S,
            failure="metrics-server gives no numbers",
            why="--namespace kube-system logs deployment/metrics-server",
        )

    def _apply(self, *what: str | Path) -> None:
        # On the server: a definition of that size does not fit into the annotation that the client would keep.
        self._run("apply", "--server-side", "--force-conflicts", *what)

    def _run(self, *argv: str | Path) -> None:
        self._log.run([*self._control(), *argv], what=f"kubectl {' '.join(str(word) for word in argv[:3])}")

    def _answered(self, argv: Sequence[str | Path], *, limit_s: float, failure: str, why: str) -> None:
        """Ask until kubectl ends well; `why` is what a person asks it when it does not."""
        deadline = time.monotonic() + limit_s
        while output([*self._control(), *argv]) is None:
            if time.monotonic() > deadline:
                raise EngineError(f"{failure} after {limit_s:g} s: kubectl --context {CONTEXT} {why} says why")
            time.sleep(1)

    def _control(self) -> Sequence[str | Path]:
        return [self._kubectl, f"--context={CONTEXT}"]
