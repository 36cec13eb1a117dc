"""What stands beside the contract: probes, metrics and the description of the service."""

import re

import httpx
import pytest

from .variants import Variant, checked

PATHS = {
    "/api/contacts/",
    "/api/contacts/{id}/",
    "/api/contacts/stats/",
    "/api/contacts/aggregate/",
    "/api/contacts/bulk/",
    "/api/contacts/transfer/",
    "/api/auth/token/",
    "/api/auth/me/",
    "/api/basics/json/",
    "/api/basics/echo/",
    "/api/basics/cpu/",
}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_probe_needs_no_tls(variant: Variant, path: str) -> None:
    assert httpx.get(variant.url + path).status_code == 200


def test_the_process_is_healthy_and_ready(variant: Variant) -> None:
    assert checked(variant.http.get("/healthz")) == {"status": "ok"}
    assert checked(variant.http.get("/readyz"))["status"] == "ok"


def test_metrics_count_requests(variant: Variant) -> None:
    variant.contacts([("page_size", "1")])
    text = variant.http.get("/metrics").text
    assert "http_requests_total{" in text
    assert 'status="200"' in text
    assert "http_request_duration_seconds_bucket{" in text


@pytest.mark.whole
def test_the_description_names_every_address(variant: Variant) -> None:
    schema = checked(variant.http.get("/api/openapi.json"))
    assert schema["openapi"].startswith("3.")
    described = {path.replace("{contact_id}", "{id}").replace("{pk}", "{id}") for path in schema["paths"]}
    assert described >= PATHS


@pytest.mark.whole
def test_there_is_a_page_to_try_it_out(variant: Variant) -> None:
    response = variant.http.get("/api/swagger", follow_redirects=False)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    assert "/api/openapi.json" in response.text


@pytest.mark.whole
def test_the_page_needs_no_other_host(variant: Variant) -> None:
    page = variant.http.get("/api/swagger").text
    needed = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert any(path.endswith(".js") for path in needed)
    for path in needed:
        assert path.startswith("/"), f"{path} lies elsewhere"
        assert not path.startswith("//"), f"{path} lies elsewhere"
        assert variant.http.get(path).status_code == 200, path
