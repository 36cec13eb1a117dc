"""Telemetry inside a running service: several processes under WSGI, one under ASGI."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

Serve = Callable[..., httpx.Client]


def samples(service: httpx.Client, name: str) -> dict[tuple[str, str, str], float]:
    """The values of one sample name, by (method, route, status)."""
    answer = service.get("/metrics")
    assert answer.status_code == 200
    found: dict[tuple[str, str, str], float] = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name == name:
                labels = sample.labels
                found[labels["method"], labels["route"], labels["status"]] = sample.value
    return found


def answering(metrics: Path) -> int:
    """How many processes have answered so far."""
    return len(list(metrics.glob("counter_*.db")))


@pytest.fixture(params=["wsgi", "asgi"])
def server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("path", ["greet", "greet-async"])
def test_counts_by_route_over_all_processes(server: str, path: str, serve: Serve, tmp_path: Path) -> None:
    service = serve(server, METRICS_DIR=str(tmp_path / "metrics"))
    asked = 0
    # With one process the sums would prove nothing, and which worker takes a connection is the kernel's choice.
    while asked < 40 or answering(tmp_path / "metrics") < (2 if server == "wsgi" else 1):
        assert asked < 2000
        assert httpx.get(service.base_url.join(f"/{path}/n{asked}/")).status_code == 200
        asked += 1
    assert service.get("/nowhere").status_code == 404
    assert service.request("PURGE", f"/{path}/pot/").status_code == 200

    counted = samples(service, "http_requests_total")
    route = f"{path}/<str:name>/"
    assert counted["GET", route, "200"] == asked
    assert counted["GET", "unmatched", "404"] == 1
    assert counted["other", route, "200"] == 1
    assert samples(service, "http_request_duration_seconds_count")["GET", route, "200"] == asked
    assert 0 < samples(service, "http_request_duration_seconds_sum")["GET", route, "200"] < 20
    assert answering(tmp_path / "metrics") == (2 if server == "wsgi" else 1)


def test_a_former_run_does_not_count(serve: Serve, server: str, tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    folder.mkdir()
    # What a former run leaves: values under a process id that nobody has now. A damaged file would be a 500.
    (folder / "counter_999999999.db").write_bytes(b"\x01" * 64)
    service = serve(server, METRICS_DIR=str(folder))
    assert service.get("/greet/you/").status_code == 200
    assert samples(service, "http_requests_total")["GET", "greet/<str:name>/", "200"] == 1
    assert not (folder / "counter_999999999.db").exists()


def test_works_without_a_metrics_folder(serve: Serve) -> None:
    service = serve("asgi")
    service.get("/greet/you/")
    assert samples(service, "http_requests_total")["GET", "greet/<str:name>/", "200"] == 1


def test_ready_when_every_check_passes(server: str, serve: Serve) -> None:
    service = serve(server, CHECKS="service.passing")
    answer = service.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "checks": {"database": "ok", "passing": "ok"}}


def test_not_ready_says_which_check_and_why(server: str, serve: Serve, tmp_path: Path) -> None:
    service = serve(server, CHECKS="service.refusing,service.breaking", DATABASE=str(tmp_path / "none" / "such.db"))
    answer = service.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "checks": {
            "database": "The database does not answer (OperationalError).",
            "refusing": "The cache does not answer.",
            "breaking": "The check failed (RuntimeError).",
        },
    }
    assert service.get("/healthz").json() == {"status": "ok"}
    assert service.post("/healthz").status_code == 405


def test_what_it_can_do_without_is_told_and_does_not_take_it_out_of_the_balancer(server: str, serve: Serve) -> None:
    service = serve(server, CHECKS="service.passing", BESIDE="service.refusing,service.breaking")
    answer = service.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "checks": {
            "database": "ok",
            "passing": "ok",
            "refusing": "The cache does not answer.",
            "breaking": "The check failed (RuntimeError).",
        },
    }


def test_logs_errors_as_json_and_successes_not_at_all(server: str, serve: Serve, tmp_path: Path) -> None:
    service = serve(server)
    assert service.get("/greet/quietly/").status_code == 200
    assert service.get("/fail/", headers={"X-Request-ID": "abc-1"}).status_code == 500

    lines = (tmp_path / "serve.log").read_text().splitlines()
    assert not [line for line in lines if "quietly" in line]
    (failure,) = (json.loads(line) for line in lines if '"level": "ERROR"' in line)
    assert failure["logger"] == "django.request"
    assert failure["message"] == "Internal Server Error: /fail/"
    assert failure["request_id"] == "abc-1"
    assert failure["exception"].endswith("RuntimeError: this view fails")
    assert failure["time"].endswith("Z")
