"""What every request passes: sent on to HTTPS, given headers, counted, and answered for when the service breaks."""

import asyncio
import logging

import httpx
import pytest
from peers.fastapi.contacts.api.gate import Gate
from prometheus_client import REGISTRY
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def greet(request: Request) -> Response:
    """Answer."""
    return PlainTextResponse(f"hello over {request.url.scheme}")


async def fail(request: Request) -> Response:
    """Break."""
    raise LookupError("a bug")


APP = Starlette(routes=[Route("/greet/{name}/", greet), Route("/healthz", greet), Route("/fail/", fail)])


def get(
    url: str, headers: dict[str, str] | None = None, *, tls_host: str = "host:8443", method: str = "GET"
) -> httpx.Response:
    """One request through a gate."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=Gate(APP, tls_host=tls_host))
        async with httpx.AsyncClient(transport=transport) as client:
            return await client.request(method, url, headers=headers)

    return asyncio.run(ask())


def counted(method: str, route: str, status: str) -> float:
    """The requests that were counted under these labels."""
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("http_requests_total", labels) or 0.0


def test_plain_http_is_sent_on_to_where_tls_ends_but_for_probes() -> None:
    for headers in ({}, {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "http, https"}):
        answer = get("http://any:8000/greet/a%20b/?x=%C3%A9", headers)
        assert (answer.status_code, answer.headers["Location"]) == (301, "https://host:8443/greet/a%20b/?x=%C3%A9")
    assert get("http://host/healthz").status_code == 200


@pytest.mark.parametrize("said", ["https", "https, http"])
def test_the_proxy_says_that_it_was_https(said: str) -> None:
    answer = get("http://host/greet/you/", {"X-Forwarded-Proto": said})
    assert (answer.status_code, answer.text) == (200, "hello over https")
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Strict-Transport-Security" not in get("http://host/healthz").headers


def test_without_a_proxy_nobody_is_sent_on_and_nobody_is_believed() -> None:
    answer = get("http://host:8000/greet/you/", {"X-Forwarded-Proto": "https"}, tls_host="")
    assert (answer.status_code, answer.text) == (200, "hello over http")
    assert "Strict-Transport-Security" not in answer.headers


def test_requests_are_counted_by_route() -> None:
    before = counted("GET", "/greet/{name}/", "200"), counted("GET", "unmatched", "404")
    for name in ("one", "two"):
        get(f"https://host/greet/{name}/")
    get("https://host/nothing")
    assert counted("GET", "/greet/{name}/", "200") == before[0] + 2
    assert counted("GET", "unmatched", "404") == before[1] + 1
    get("https://host/greet/you/", method="PURGE")
    assert counted("other", "/greet/{name}/", "405") >= 1
    assert counted("PURGE", "/greet/{name}/", "405") == 0


def test_a_bug_is_logged_with_its_request_and_counted(caplog: pytest.LogCaptureFixture) -> None:
    before = counted("GET", "/fail/", "500")
    with caplog.at_level(logging.ERROR):
        assert get("https://host/fail/", {"X-Request-ID": "abc"}).status_code == 500
    (record,) = caplog.records
    assert (record.message, record.request_id) == ("Internal Server Error: /fail/", "abc")  # type: ignore[attr-defined]
    assert record.exc_info is not None
    assert counted("GET", "/fail/", "500") == before + 1
