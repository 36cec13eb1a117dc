"""Which way load goes to a workload's pods."""

import pytest
from fake_cluster import FakeApi, FakeClock
from fake_workload import LABELS, FakeWorkload

from scalebed.engines.kubernetes.own.address import Address, address
from scalebed.engines.kubernetes.own.workload import Workload
from scalebed.experiment.application import Application
from scalebed.experiment.scalable import Scalable
from scalebed.messages import EngineError


def found(*services: str, ports: object = None, **keys: str) -> Address:
    """Of a Deployment with the Service `web`, and with others that select its pods."""
    api = FakeApi(FakeClock())
    theirs = FakeWorkload(api, **({} if ports is None else {"ports": ports}))  # type: ignore[arg-type]
    theirs.put_service("elsewhere", {"selector": {"app": "other"}, "ports": [{"port": 80}]})
    theirs.put_service("by-hand", {"ports": [{"port": 80}]})
    for service in services:
        theirs.put_service(service, {"selector": LABELS, "ports": [{"port": 8080}]})
    return address(Workload(api, Scalable.of("shop/web")), Application(deployment="shop/web", **keys))


def test_the_only_service_that_selects_its_pods_is_found() -> None:
    assert found() == Address("http://web.shop", "web")
    assert found(ports=[{"port": 9000}]) == Address("http://web.shop:9000", "web")
    assert found(ports=[{"port": 9090, "name": "metrics"}, {"port": 81, "name": "http"}]).url == "http://web.shop:81"


def test_among_several_the_one_that_is_named() -> None:
    assert found("canary", through="canary") == Address("http://canary.shop:8080", "canary")
    assert found(ports=[{"port": 1, "name": "a"}, {"port": 2, "name": "b"}], through="web:b").url == "http://web.shop:2"
    assert found(ports=[{"port": 1, "name": "a"}, {"port": 2, "name": "b"}], through="web:1").url == "http://web.shop:1"


def test_of_a_headless_service_the_port_is_the_pods_own() -> None:
    """Its name leads to them without anything between that could change the port."""
    api = FakeApi(FakeClock())
    theirs = FakeWorkload(api)
    containers = api.objects[theirs.place]["spec"]["template"]["spec"]["containers"]
    containers[0]["ports"] = [{"name": "web", "containerPort": 8000}]
    application = Application(deployment="shop/web")

    def led(target: object) -> str:
        ports = [{"port": 80, "name": "http", "targetPort": target}]
        theirs.put_service("web", {"selector": LABELS, "clusterIP": "None", "ports": ports})
        return address(Workload(api, Scalable.of("shop/web")), application).url

    assert led(9000) == "http://web.shop:9000"
    assert led("web") == "http://web.shop:8000"
    with pytest.raises(EngineError, match="is headless, and no container of Deployment shop/web has a port admin"):
        led("admin")


def test_a_url_of_its_user_is_taken_as_it_is() -> None:
    assert found("canary", url="http://10.1.2.3/") == Address("http://10.1.2.3")
    assert str(found(url="http://gateway.edge.svc")) == "http://gateway.edge.svc"


@pytest.mark.parametrize(
    ("services", "keys", "told"),
    [
        (["canary"], {}, "several Services select the pods of Deployment shop/web: canary, web; say which by through"),
        ([], {"through": "nope"}, "the namespace shop has no Service nope; web does"),
        (
            [],
            {"through": "elsewhere"},
            "the Service elsewhere does not select the pods of Deployment shop/web; web does",
        ),
        ([], {"through": "web:9"}, r"the Service web has no port 9; its ports are 80 \(http\)"),
        ([], {"ports": [{"port": 443}]}, "the port 443 of the Service web is one of TLS; name its url with https://"),
        ([], {"ports": [{"port": 1}, {"port": 2}]}, "the Service web has the ports 1, 2; say which, as web:PORT"),
        ([], {"ports": [{"port": 53, "protocol": "UDP"}]}, "the Service web has the ports none; say which"),
        ([], {"ports": [], "through": "web"}, "the Service web has the ports none; say which"),
    ],
)
def test_what_leads_nowhere_or_anywhere_is_refused(services: list[str], keys: dict[str, str], told: str) -> None:
    with pytest.raises(EngineError, match=told):
        found(*services, **keys)


def test_without_a_service_a_url_is_asked_for() -> None:
    api = FakeApi(FakeClock())
    theirs = FakeWorkload(api)
    theirs.put_service("web", {"selector": {"app": "other"}, "ports": [{"port": 80}]})
    with pytest.raises(EngineError, match="no Service of the namespace shop selects the pods of Deployment shop/web"):
        address(Workload(api, Scalable.of("shop/web")), Application(deployment="shop/web"))
