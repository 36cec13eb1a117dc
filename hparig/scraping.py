"""The model of metrics-server beside the real one, which scrapes a kubelet that is played."""

from __future__ import annotations

import re
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from hparig.api import Address, Api, Object
from hparig.audit import seconds
from hparig.control_plane import ControlPlane
from hparig.kubelet import NAMESPACE, Kubelet
from scalebed.autoscaling.metrics_server import RESOLUTION_S, MetricsServer, PodSample
from scalebed.autoscaling.quantity import approximate
from scalebed.engines.local.isolation.ports import free_port
from scalebed.messages import EngineError, Say

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
_STORED_S = 1.5
"""After a kubelet has answered, its metrics can be asked for."""
_CLOSE = 1e-6
"""Of cores: times since 1970 are floats here, good to a quarter of a microsecond."""


@dataclass
class Compared:
    """Pods after each scrape; `with_metric` those that the real one has a metric of."""

    scrapes: int = 0
    pods: int = 0
    with_metric: int = 0
    agreed: int = 0
    differing: list[str] = field(default_factory=list)


def compare(plane: ControlPlane, program: Path, kubelet: Kubelet, scrapes: int, say: Say) -> Compared:
    """Run it for so many scrapes, 15 s each."""
    with closing(Api(plane.address)) as api:
        _populate(api, kubelet)
    address = _start(plane, program)
    model, compared, known = MetricsServer(), Compared(), 0
    with closing(Api(address)) as api:
        while compared.scrapes < scrapes:
            _await_scrape(plane, kubelet, known)
            told = kubelet.served[known:]
            known += len(told)
            for served in told:
                model.scrape(served)
            _compare(_asked(api), model, kubelet, compared)
            say(f"scrape {compared.scrapes}: {compared.agreed} of {compared.pods} pods alike")
    return compared


def _populate(api: Api, kubelet: Kubelet) -> None:
    api.create("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}})
    api.create("/api/v1/nodes", {"metadata": {"name": "played"}})
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": kubelet.port}},
        "conditions": [{"type": "Ready", "status": "True"}],
    }
    api.patch("/api/v1/nodes/played/status", {"status": status})
    path = f"/api/v1/namespaces/{NAMESPACE}/pods"
    for name in kubelet.names:
        api.create(path, {"metadata": {"name": name}, "spec": {"containers": [{"name": "app", "image": "none"}]}})
        api.patch(f"{path}/{name}/status", {"status": {"phase": "Running"}})


def _start(plane: ControlPlane, program: Path) -> Address:
    port = free_port()
    config = plane.kubeconfig()
    folder = config.parent / "metrics-server"
    plane.start(
        "metrics-server",
        [
            *(program, f"--kubeconfig={config}", f"--authentication-kubeconfig={config}"),
            *(f"--authorization-kubeconfig={config}", f"--secure-port={port}", "--bind-address=127.0.0.1"),
            *(f"--cert-dir={folder}", "--kubelet-insecure-tls", "--kubelet-use-node-status-port"),
            *("--kubelet-preferred-address-types=InternalIP", f"--metric-resolution={RESOLUTION_S:g}s"),
        ],
    )
    return Address(port, folder / "apiserver.crt", plane.address.token)


def _await_scrape(plane: ControlPlane, kubelet: Kubelet, known: int) -> None:
    end = time.monotonic() + 4 * RESOLUTION_S
    while kubelet.scraped() <= known:
        plane.check()
        if time.monotonic() > end:
            raise EngineError(f"metrics-server has not asked its kubelet for {4 * RESOLUTION_S:g} s")
        time.sleep(0.05)
    time.sleep(_STORED_S)


def _asked(api: Api) -> dict[str, Object]:
    found = api.get(f"/apis/metrics.k8s.io/v1beta1/namespaces/{NAMESPACE}/pods")
    return {item["metadata"]["name"]: item for item in found["items"]}


def _compare(real: dict[str, Object], model: MetricsServer, kubelet: Kubelet, compared: Compared) -> None:
    compared.scrapes += 1
    for name in kubelet.names:
        sample, item = model.sample(name), real.get(name)
        compared.pods += 1
        compared.with_metric += item is not None
        if _alike(sample, item):
            compared.agreed += 1
        else:
            compared.differing.append(f"scrape {compared.scrapes}, {name}: {item} and {sample}")


def _alike(sample: PodSample | None, item: Object | None) -> bool:
    if sample is None or item is None:
        return sample is None and item is None
    cores = {each["name"]: approximate(each["usage"]["cpu"]) for each in item["containers"]}
    return (
        seconds(item["timestamp"]) == int(sample.at_s)
        and abs(duration_s(item["window"]) - sample.window_s) < 1e-3
        and cores.keys() == sample.cores.keys()
        and all(abs(cores[name] - value) < _CLOSE for name, value in sample.cores.items())
    )


def duration_s(text: str) -> float:
    """Seconds of a duration as Go writes it, such as `15s`, `1m2.5s` or `950ms`."""
    match = _DURATION.fullmatch(text)
    if match is None:
        raise EngineError(f"{text} is no duration")
    hours, minutes, whole, milli = (float(word) if word else 0.0 for word in match.groups())
    return 3600 * hours + 60 * minutes + whole + milli / 1000
