"""Who gets an answer of the page, and who does not."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from scalebed.web.guard import refused

HERE = "127.0.0.1:8321"


def headers(host: str = HERE, **more: str) -> Headers:
    return Headers({"host": host, **{name.replace("_", "-"): value for name, value in more.items()}})


@pytest.mark.parametrize(
    "host", [HERE, "localhost:8321", "LOCALHOST:8321", "[::1]:8321", "localhost", "127.0.0.1:9000"]
)
def test_a_browser_on_this_machine_is_answered(host: str) -> None:
    assert refused("GET", headers(host)) == ""


@pytest.mark.parametrize(
    "host",
    [
        "example.org", "example.org:8321", "192.0.2.7:8321", "localhost.example.org", "127.0.0.1.example.org:8321", "",
        "localhost:port", "localhost@example.org", "example.org@localhost", "localhost/..", "0.0.0.0:8321", "[::1",
    ],
)  # fmt: skip
def test_under_another_name_it_answers_nobody(host: str) -> None:
    assert "localhost" in refused("GET", headers(host))


def test_a_request_without_a_name_or_with_two_gets_nothing() -> None:
    assert refused("GET", Headers({}))
    assert refused("GET", Headers(raw=[(b"host", b"localhost"), (b"host", b"example.org")]))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_is_written(method: str) -> None:
    assert refused(method, headers()) == "This page is only read."


@pytest.mark.parametrize("origin", ["http://example.org", "http://127.0.0.1:9999", "https://localhost:8321", "null"])
def test_a_page_of_another_origin_gets_nothing(origin: str) -> None:
    assert "another origin" in refused("GET", headers(origin=origin))


def test_its_own_origin_is_answered() -> None:
    assert refused("GET", headers(origin=f"http://{HERE}", sec_fetch_site="same-origin")) == ""


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_what_another_site_embeds_or_fetches_gets_nothing(site: str) -> None:
    for more in ({"sec_fetch_mode": "no-cors", "sec_fetch_dest": "image"}, {"sec_fetch_dest": "iframe"}, {}):
        assert "another origin" in refused("GET", headers(sec_fetch_site=site, **more))
    embedded = {"sec_fetch_mode": "navigate", "sec_fetch_dest": "iframe"}
    assert "another origin" in refused("GET", headers(sec_fetch_site=site, **embedded))


def test_a_link_may_lead_to_it() -> None:
    followed = {"sec_fetch_site": "cross-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert refused("GET", headers(**followed)) == ""
