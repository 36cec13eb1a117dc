"""Where load goes to reach the pods of a workload: a Service that selects them, or an address that its user gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import field, listed
from scalebed.engines.kubernetes.own.workload import Workload, labels_of
from scalebed.engines.kubernetes.readings.supply import ready_endpoints
from scalebed.experiment.application import Application
from scalebed.experiment.scalable import Door
from scalebed.messages import EngineError

_HTTP, _TLS = 80, 443


@dataclass(frozen=True)
class Address:
    """`service` is the name of the Service, empty where the user gave a url."""

    url: str
    service: str = ""
    through: str = ""
    """What stands before the Service, where load does not go to that itself."""

    def __str__(self) -> str:
        way = self.through or (f"Service {self.service}" if self.service else "")
        return f"{way} ({self.url})" if way else self.url


def address(workload: Workload, application: Application) -> Address:
    """Raises EngineError where no Service, or more than one, leads to its pods, or it is not known which port."""
    if application.url:
        return Address(application.url.rstrip("/"))
    of = workload.of
    labels = labels_of(workload.read()) or _of_pods(workload)
    services = listed(workload.api, "services", of.namespace)
    door = application.door
    fit = [each for each in services if _selects(each, labels)]
    if door is not None:
        named = [each for each in services if each["metadata"]["name"] == door.service]
        if not named:
            raise EngineError(f"through: the namespace {of.namespace} has no Service {door.service}{_there_are(fit)}")
        if not _selects(named[0], labels):
            raise EngineError(f"through: the Service {door.service} does not select the pods of {of}{_there_are(fit)}")
        fit = named
    if not fit:
        raise EngineError(
            f"deployment: no Service of the namespace {of.namespace} selects the pods of {of}; name the url of what "
            "leads to them"
        )
    if len(fit) > 1:
        raise EngineError(
            f"deployment: several Services select the pods of {of}{_there_are(fit)}; say which by through"
        )
    (service,) = fit
    name = service["metadata"]["name"]
    port = _reached(service, _port(service, door), workload)
    # A port that goes without saying would stand in the header Host, and not every service takes it there.
    return Address(f"http://{name}.{of.namespace}{'' if port == _HTTP else f':{port}'}", name)


def _reached(service: Json, port: Json, workload: Workload) -> int:
    """Where its name leads to its pods themselves, as without an address of its own, the port is theirs."""
    if field(service, "spec", "clusterIP") != "None":
        return int(port["port"])
    target = port.get("targetPort", port["port"])
    if isinstance(target, int):
        return target
    spec = field(workload.read(), "spec", "template", "spec", default={})
    theirs = (each for container in spec.get("containers", []) for each in container.get("ports") or [])
    found = next((each["containerPort"] for each in theirs if each.get("name") == target), None)
    if found is None:
        name = service["metadata"]["name"]
        raise EngineError(
            f"through: the Service {name} is headless, and no container of {workload.of} has a port {target}, to which "
            "it leads; name another Service, or the url"
        )
    return int(found)


def _port(service: Json, door: Door | None) -> Json:
    ports: Sequence[Json] = [
        each for each in field(service, "spec", "ports", default=[]) if field(each, "protocol", default="TCP") == "TCP"
    ]
    name = service["metadata"]["name"]
    told = ", ".join(f"{each['port']}{' (' + each['name'] + ')' if each.get('name') else ''}" for each in ports)
    if door is not None and door.port:
        chosen = [each for each in ports if door.port in (str(each["port"]), each.get("name"))]
        if not chosen:
            raise EngineError(f"through: the Service {name} has no port {door.port}; its ports are {told or 'none'}")
    else:
        chosen = list(ports)
        if len(chosen) > 1:
            chosen = [each for each in ports if each.get("name") == "http" or each.get("appProtocol") == "http"]
    if len(chosen) != 1:
        raise EngineError(f"through: the Service {name} has the ports {told or 'none'}; say which, as {name}:PORT")
    if chosen[0]["port"] == _TLS or chosen[0].get("name") == "https":
        raise EngineError(
            f"through: the port {chosen[0]['port']} of the Service {name} is one of TLS; name its url with https://"
        )
    return chosen[0]


def _selects(service: Json, labels: Mapping[str, str]) -> bool:
    selector = field(service, "spec", "selector", default={})
    return bool(selector) and selector.items() <= labels.items()


def _of_pods(workload: Workload) -> Mapping[str, str]:
    for pod in workload.pods():
        return dict(field(pod, "metadata", "labels", default={}))
    return {}


def _there_are(services: Sequence[Json]) -> str:
    names = ", ".join(sorted(each["metadata"]["name"] for each in services))
    return f": {names}" if len(services) > 1 else (f"; {names} does" if names else "")


def others(api: Api, namespace: str, service: str, own: set[str]) -> list[str]:
    """Pods that a Service leads to and that are not `own`."""
    return sorted(name for name in receiving(api, namespace, service) if name not in own)


def receiving(api: Api, namespace: str, service: str) -> list[str]:
    """Names of the pods that a Service sends requests to."""
    return [field(each, "targetRef", "name", default="") for each in ready_endpoints(api, namespace, service)]
