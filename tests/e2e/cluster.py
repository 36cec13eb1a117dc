"""The cluster under test, by the programs that its users have: kubectl and helm."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import yaml

from scalebed import paths

CONTEXT = "kind-scalebed"
APP = "scalebed"
LOAD = "scalebed-load"
CHART = "charts/scalebed"
Found = TypeVar("Found")


def run(*words: str, stdin: str | None = None, limit_s: float = 120, codes: Collection[int] = (0,)) -> str:
    """What a program printed; an exit code that is not one of these is the test's failure."""
    done = subprocess.run(
        words, input=stdin, capture_output=True, text=True, cwd=paths.ROOT, timeout=limit_s, check=False
    )
    assert done.returncode in codes, f"{done.returncode}: {' '.join(words)}\n{done.stdout}{done.stderr}"
    return done.stdout


def kubectl(*words: str, stdin: str | None = None, limit_s: float = 120) -> str:
    """kubectl in the cluster under test and no other."""
    return run("kubectl", "--context", CONTEXT, *words, stdin=stdin, limit_s=limit_s)


def helm(*words: str, values: Mapping[str, object] | None = None, limit_s: float = 900) -> str:
    """helm in the cluster under test and no other; `values` as a file of values."""
    given = () if values is None else ("--values", "-")
    stdin = None if values is None else yaml.safe_dump(dict(values))
    return run("helm", "--kube-context", CONTEXT, *words, *given, stdin=stdin, limit_s=limit_s)


def objects(kind: str, namespace: str, labels: Mapping[str, str]) -> list[dict[str, Any]]:
    """What there is of a kind with these labels."""
    selector = ",".join(f"{name}={value}" for name, value in labels.items())
    words = ("get", kind, "--namespace", namespace, "--selector", selector, "--output", "json")
    items: list[dict[str, Any]] = json.loads(kubectl(*words))["items"]
    return items


def service_labels(service: str) -> dict[str, str]:
    """Of a service's own pods, which its balancer's are not."""
    return {"app.kubernetes.io/name": service, "app.kubernetes.io/component": "service"}


def pods(labels: Mapping[str, str], namespace: str = APP) -> set[str]:
    """Names of pods, also of those that are about to end."""
    return {pod["metadata"]["name"] for pod in objects("pods", namespace, labels)}


def ready_pods(service: str, namespace: str = APP) -> list[str]:
    """Names of a service's pods that take requests and are not about to end."""
    found = objects("pods", namespace, service_labels(service))
    return sorted(pod["metadata"]["name"] for pod in found if _ready(pod))


def _ready(pod: Mapping[str, Any]) -> bool:
    conditions = pod["status"].get("conditions", [])
    ready = any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)
    return ready and "deletionTimestamp" not in pod["metadata"]


def enforce_anew(namespace: str) -> None:
    """Fails where a pod that runs in the namespace would be refused by the restricted standard.

    The API server looks at running pods when what a namespace enforces changes, also in a dry run, and warns of each
    that falls short.
    """
    enforced = json.loads(kubectl("get", "namespace", namespace, "--output", "jsonpath={.metadata.labels}"))
    if namespace in (APP, LOAD):
        assert enforced["pod-security.kubernetes.io/enforce"] == "restricted"
    wanted = ("pod-security.kubernetes.io/enforce=restricted", "pod-security.kubernetes.io/enforce-version=latest")
    kubectl("label", "--warnings-as-errors", "--dry-run=server", "--overwrite", "namespace", namespace, *wanted)


def until(what: str, look: Callable[[], Found], limit_s: float, every_s: float = 1.0) -> Found:
    """The first answer of `look` that is true; fails with the last one after the limit."""
    deadline = time.monotonic() + limit_s
    while not (found := look()):
        assert time.monotonic() < deadline, f"not within {limit_s:.0f} s: {what} (last seen: {found!r})"
        time.sleep(every_s)
    return found


@contextmanager
def forwarded(services: Sequence[str], namespace: str = APP) -> Iterator[dict[str, str]]:
    """service → URL on this machine, for as long as it lasts, of the balancers of these services."""
    with _forwards([f"service/{APP}-{service}" for service in services], namespace) as ports:
        yield {service: f"http://127.0.0.1:{port}" for service, port in zip(services, ports, strict=True)}


@contextmanager
def _forwards(targets: Sequence[str], namespace: str) -> Iterator[list[int]]:
    processes = []
    try:
        ports = []
        for target in targets:
            words = ["kubectl", "--context", CONTEXT, "--namespace", namespace, "port-forward", target, ":http"]
            process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
            processes.append(process)
            assert process.stdout is not None
            # "Forwarding from 127.0.0.1:40123 -> 8080"
            ports.append(int(process.stdout.readline().partition("127.0.0.1:")[2].split()[0]))
        yield ports
    finally:
        for process in processes:
            process.terminate()
            process.wait(timeout=20)
            assert process.stdout is not None
            process.stdout.close()
