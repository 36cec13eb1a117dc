"""Recordings in HAR as browsers and proxies write them, entry by entry."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scalebed.experiment.recording import Recording, RecordingError, read

SHOP = "https://shop.example"
FORM = "application/x-www-form-urlencoded"


def entry(url: str, status: object = 200, method: str = "GET", **more: Any) -> dict[str, Any]:
    """As little as every recorder writes; `request` and `response` add to these."""
    request = {"method": method, "url": url, "headers": [], "cookies": [], **more.pop("request", {})}
    response = {"status": status, "content": {"mimeType": "application/json"}, **more.pop("response", {})}
    return {"startedDateTime": "2026-03-29T16:58:59.303-07:00", "request": request, "response": response, **more}


def page(url: str, status: int = 200) -> dict[str, Any]:
    return entry(url, status, response={"content": {"mimeType": "text/html; charset=utf-8"}})


def recorded(*entries: object, **how: Any) -> Recording:
    return read(json.dumps({"log": {"version": "1.2", "entries": entries}}), **how)


def paths(recording: Recording) -> dict[str, list[str]]:
    return {kind.name: kind.paths for kind in recording.kinds}


def test_kinds_are_those_of_an_access_log() -> None:
    told = recorded(page(f"{SHOP}/"), *(entry(f"{SHOP}/items/{n}?page=2#top") for n in (3, 4, 4)))
    assert told.origin == SHOP
    assert paths(told) == {
        "GET /items/{n}": ["/items/3?page=2", "/items/4?page=2", "/items/4?page=2"],
        "GET /": ["/"],
    }
    assert told.mix.minutes == {"2026-03-29T16:58": 4}


def test_other_origins_are_left_out_and_counted() -> None:
    """What the page is of counts, and not what it asked most often: that may well be what only delivers files."""
    files = [entry(f"https://files.example/{n}.js") for n in range(9)]
    told = recorded(*files, page(f"{SHOP}/"), entry(f"{SHOP}/style.css"))
    assert (told.origin, told.taken) == (SHOP, 2)
    assert told.foreign == {"https://files.example": 9}
    assert recorded(*files, page(f"{SHOP}/"), origin="https://files.example/x").taken == 9


def test_a_port_that_goes_without_saying_and_capitals_make_no_other_origin() -> None:
    told = recorded(page("https://SHOP.example:443/"), entry("https://me:secret@shop.example/a"))
    assert (told.origin, told.taken, told.foreign) == (SHOP, 2, {})
    assert "secret" not in str(paths(told))
    assert recorded(page("http://[::1]:8000/")).origin == "http://[::1]:8000"


def test_the_first_address_may_only_point_elsewhere() -> None:
    told = recorded(page("http://shop.example/", 301), page(f"{SHOP}/"))
    assert (told.origin, dict(told.foreign)) == (SHOP, {"http://shop.example": 1})
    # A page that Firefox had already.
    assert recorded(entry("https://api.example/x"), page(f"{SHOP}/", 304)).origin == SHOP
    # No page at all, as of an app that is no browser.
    assert recorded(entry("https://api.example/x"), entry(f"{SHOP}/y")).origin == "https://api.example"


@pytest.mark.parametrize("origin", ["https://x.example", "shop.example", "https://shop.example:x"])
def test_an_origin_that_is_not_there_is_refused(origin: str) -> None:
    with pytest.raises(RecordingError) as caught:
        recorded(page(f"{SHOP}/"), origin=origin)
    assert str(caught.value) == f"has no request to {origin}; those are {SHOP}"


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (entry(f"{SHOP}/a", method="POST"), "POST"),
        (entry(f"{SHOP}/a", method="post"), "POST"),
        (entry(f"{SHOP}/a", 404), "4xx"),
        (entry(f"{SHOP}/a", 304), "304"),
        # Chrome writes what no server was asked for as if one had answered.
        (entry(f"{SHOP}/a", _fromCache="disk"), "cached"),
        (entry(f"{SHOP}/a", _fromCache="memory"), "cached"),
        (entry(f"{SHOP}/a", response={"_fetchedViaServiceWorker": True}), "cached"),
        # Playwright, of what a test answered itself.
        (entry(f"{SHOP}/a", _wasFulfilled=True), "cached"),
        # Playwright, of what the browser had.
        (entry(f"{SHOP}/a", response={"_transferSize": 0, "bodySize": -164}), "cached"),
        # What was cancelled or blocked: Chrome, Firefox and mitmproxy; Playwright.
        (entry(f"{SHOP}/a", 0), "no answer"),
        (entry(f"{SHOP}/a", -1), "no answer"),
        # Chrome names a WebSocket by its own scheme, mitmproxy by that of its handshake.
        (entry("wss://shop.example/live", 101), "WebSocket"),
        (entry(f"{SHOP}/live", 101), "WebSocket"),
        (entry(f"{SHOP}/live", 200, _webSocketMessages=[{"type": "send"}]), "WebSocket"),
        (entry("data:image/png;base64,AAAA"), "no HTTP"),
        (entry("blob:https://shop.example/1-2"), "no HTTP"),
        (entry("chrome-extension://abc/x.js"), "no HTTP"),
    ],
)
def test_what_cannot_be_asked_again_is_left_out_by_why(given: dict[str, Any], why: str) -> None:
    told = recorded(page(f"{SHOP}/"), given)
    assert (told.taken, dict(told.mix.left_out)) == (1, {why: 1})
    assert not told.foreign


@pytest.mark.parametrize(
    "broken",
    [
        None,
        [],
        {},
        {"request": {"url": f"{SHOP}/"}},
        {"request": {"method": "GET", "url": f"{SHOP}/"}},
        entry("/relative"),
        entry("https:///nowhere"),
        entry("https://shop.example:port/"),
        entry("https://[::1/"),
        entry(f"{SHOP}/", "200"),
        entry(f"{SHOP}/", None),
    ],
)
def test_entries_that_cannot_be_read_are_counted_and_the_first_shown(broken: Any) -> None:
    told = recorded(page(f"{SHOP}/"), *[broken] * 5)
    assert (told.taken, told.mix.unread) == (1, 5)
    assert [shown.split(":")[0] for shown in told.mix.first_unread] == ["entry 2", "entry 3", "entry 4"]


def test_what_is_shown_of_such_an_entry_has_no_secret() -> None:
    broken = entry("https://me:1234@shop.example/a?token=1234", None, request={"cookies": [{"value": "1234"}]})
    assert recorded(page(f"{SHOP}/"), broken).mix.first_unread == [f"entry 2: {SHOP}/a"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is no JSON"),
        ("<html>", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "is JSON without log.entries, and so no HAR"),
        ('{"log": {"entries": {}}}', "is JSON without log.entries, and so no HAR"),
    ],
)
def test_what_is_no_recording_is_refused(text: str, why: str) -> None:
    with pytest.raises(RecordingError, match=why):
        read(text)


def test_who_asked_is_told_nowhere() -> None:
    signed = entry(
        f"{SHOP}/me?access_token=tell&page_token=next&apiKey=tell&q=1",
        request={"headers": [{"name": "authorization", "value": "Bearer tell"}], "cookies": [{"value": "tell"}]},
    )
    told = recorded(page(f"{SHOP}/"), signed)
    assert paths(told)["GET /me"] == ["/me?page_token=next&q=1"]
    assert (told.signed, dict(told.hidden)) == (1, {"access_token": 1, "apiKey": 1})


@pytest.mark.parametrize(
    ("posted", "send", "content"),
    [
        ({"mimeType": "application/json; charset=utf-8", "text": '{"a": [1]}'}, {"a": [1]}, ""),
        ({"mimeType": "application/json", "text": "{"}, "{", "application/json"),
        ({"mimeType": "application/json", "text": '"text"'}, '"text"', "application/json"),
        ({"mimeType": FORM, "text": "a=1", "params": []}, "a=1", FORM),
        # HAR has either a text or fields, which some encode and others do not.
        ({"mimeType": FORM, "params": [{"name": "a[1]", "value": "x y"}, {"name": "b"}]}, "a%5B1%5D=x+y&b=", FORM),
        ({"mimeType": FORM, "params": [{"name": "a%5B1%5D", "value": "x+y"}]}, "a%5B1%5D=x+y", FORM),
        ({"mimeType": "text/plain", "text": ""}, None, ""),
        ({"text": "plain"}, "plain", ""),
        # mitmproxy wrote this of the letter ü in UTF-8, and Chrome the other one.
        ({"mimeType": "text/plain", "text": "\u00c3\u00bc"}, "ü", "text/plain"),
        ({"mimeType": "text/plain", "text": "ü"}, "ü", "text/plain"),
        ({"mimeType": "text/plain; charset=utf-8", "text": "Ã¼"}, "Ã¼", "text/plain; charset=utf-8"),
        (None, None, ""),
    ],
)  # fmt: skip
def test_a_named_method_is_taken_with_its_body(posted: Any, send: object, content: str) -> None:
    told = recorded(page(f"{SHOP}/"), entry(f"{SHOP}/n/1", 201, "POST", request={"postData": posted}), methods=["POST"])
    (sent,) = told.most_sent
    assert (sent.body, sent.type, sent.kind.name) == (send, content, "POST /n/{n}")
    assert told.taken == 2


@pytest.mark.parametrize(
    "request_of",
    [
        {"postData": {"mimeType": "multipart/form-data; boundary=x", "text": "--x"}},
        {"postData": {"mimeType": "image/png", "text": "AAAA", "encoding": "base64"}},
        # Chrome leaves out the text of what was too large, or a file.
        {"postData": {"mimeType": "image/png"}},
        # mitmproxy writes bytes as if they were text.
        {"postData": {"mimeType": "image/png", "text": "\u0089PNG\r\n"}},
        {"postData": {"mimeType": "application/json; charset=utf-8", "text": '{"a":"\udcff"}'}},
        {"bodySize": 7},
        # Playwright keeps it in a file.
        {"bodySize": 7, "postData": {"mimeType": "text/plain", "text": "", "_file": "1.txt"}},
    ],
)
def test_a_body_that_is_no_text_is_left_out(request_of: dict[str, Any]) -> None:
    told = recorded(page(f"{SHOP}/"), entry(f"{SHOP}/n", 201, "POST", request=request_of), methods=["POST"])
    assert dict(told.mix.left_out) == {"unreadable body": 1}


def test_of_several_bodies_the_first_is_sent_and_the_others_are_counted() -> None:
    posts = [
        entry(f"{SHOP}/n/{n}", 201, "PUT", request={"postData": {"mimeType": "text/plain", "text": str(n // 2)}})
        for n in range(4)
    ]
    (sent,) = recorded(page(f"{SHOP}/"), *posts, methods=["PUT"]).most_sent
    assert (sent.body, sent.kind.times, sent.bodies) == ("0", 4, 3)
    assert sent.kind.paths == [f"/n/{n}" for n in range(4)]


def test_the_list_is_never_longer_than_a_report_tells_apart() -> None:
    gets = [entry(f"{SHOP}/{'x' * n}/y") for n in range(1, 80)]
    posts = [entry(f"{SHOP}/{'x' * n}", 201, "POST") for n in range(1, 40)]
    told = recorded(page(f"{SHOP}/"), *gets, *posts, methods=["POST"])
    assert len(told.kinds) + len(told.most_sent) <= 50
    assert told.mix.left_out["too many kinds"] == 39 - len(told.most_sent)
    assert told.taken == 80 + len(told.most_sent)
