"""What a recording in HAR (HTTP Archive 1.2, http://www.softwareishard.com/blog/har-12-spec/) says people asked for.

Of one origin, as kinds of requests like those of an access log. Neither headers nor cookies are taken: they are whose
the recording is.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, quote_plus, unquote, urlsplit

from scalebed.experiment.access_log import KINDS, SAFE, SHOWN, Asked, Kind, Mix, folded, take

SENT = 20
"""Kinds with bodies that are kept, the most frequent: each has one in the file."""
_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_PORTS = {"http": 80, "https": 443}
_SECRET = re.compile(
    r"(?!.*(page|next|cursor|continu))(.*(token|secret|password|passwd|jwt|signature|credentials?|authorization|apikey|"
    r"accesskey|sessionid)|pwd|sig|sid|session|auth)"
)
"""Parameters of a query by which somebody is known, in small letters and without what joins words; a token that only
names the next page is none."""
_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""What stands in a body that is none, where a recorder writes it as text all the same."""
_FORM = re.compile(r"([A-Za-z0-9*._+-]|%[0-9A-Fa-f]{2})*")
_SIGNED = frozenset({"authorization", "cookie", "proxy-authorization", "x-api-key", "x-auth-token", "x-csrf-token"})


class RecordingError(ValueError):
    """The rest of a sentence: why it is no recording."""


@dataclass
class Sent:
    """Requests of one kind that have a body, or change something without one: the first that was recorded."""

    kind: Kind
    body: object = None
    type: str = ""
    """Of its content, where it is no JSON."""
    bodies: int = 1
    """Requests that had another one, and this."""


@dataclass
class Recording:
    """What a recording came to."""

    origin: str
    """Of which the requests are."""
    mix: Mix = field(default_factory=Mix)
    sent: dict[tuple[str, str], Sent] = field(default_factory=dict)
    """Of the methods that were named, by kind."""
    foreign: Counter[str] = field(default_factory=Counter)
    """Requests to other origins."""
    signed: int = 0
    """Of those that are taken, how many had a cookie or an authorization."""
    hidden: Counter[str] = field(default_factory=Counter)
    """Parameters of queries that were left out, by name."""

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """Those without bodies that there is room for."""
        return self.mix.most_frequent(KINDS - len(self.most_sent))

    @property
    def most_sent(self) -> tuple[Sent, ...]:
        return tuple(sorted(self.sent.values(), key=lambda each: -each.kind.times)[:SENT])

    @property
    def taken(self) -> int:
        return self.mix.taken + sum(each.kind.times for each in self.most_sent)


def read(text: str, origin: str | None = None, methods: Sequence[str] = ()) -> Recording:
    """The requests to the origin: the one that is given, or that of the first page. `methods` are taken beside GET and
    HEAD. Raises RecordingError."""
    entries = _entries(text)
    places = [_place(entry) for entry in entries]
    recording = Recording(_origin(entries, places, origin))
    drawing = random.Random(0)
    for entry, place in zip(entries, places, strict=True):
        recording.mix.lines += 1
        if place is None:
            _unread(recording.mix, entry)
        elif place.scheme not in _SCHEMES:
            recording.mix.left_out["no HTTP"] += 1
        elif origin_of(place) != recording.origin:
            recording.foreign[origin_of(place)] += 1
        else:
            _own(recording, entry, place, methods, drawing)
    for each in sorted(recording.sent.values(), key=lambda each: -each.kind.times)[SENT:]:
        recording.mix.left_out["too many kinds"] += each.kind.times
    return recording


def origin_of(place: SplitResult) -> str:
    """`https://shop.example`, without what stands before an @ and without a port that goes without saying."""
    scheme = _SCHEMES.get(place.scheme, place.scheme)
    host = place.hostname or ""
    port = "" if place.port in (None, _PORTS.get(scheme)) else f":{place.port}"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}{port}"


def _entries(text: str) -> Sequence[Any]:
    try:
        said = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"is no JSON ({error})") from error
    log = said.get("log") if isinstance(said, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(entries, list):
        raise RecordingError("is JSON without log.entries, and so no HAR")
    return entries


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def _place(entry: object) -> SplitResult | None:
    """Where a request went; None where the entry does not say that, or not how, or has no answer."""
    request = entry.get("request") if isinstance(entry, Mapping) else None
    response = entry.get("response") if isinstance(entry, Mapping) else None
    if not isinstance(request, Mapping) or not isinstance(response, Mapping):
        return None
    url, method, status = request.get("url"), request.get("method"), response.get("status")
    whole = isinstance(status, int) or (isinstance(status, float) and status.is_integer())
    if not isinstance(url, str) or not isinstance(method, str) or not whole:
        return None
    try:
        place = urlsplit(url)
        known = place.port is None or place.port >= 0
    except ValueError:
        return None
    return place if known and place.scheme and (place.hostname or place.scheme not in _SCHEMES) else None


def _unread(mix: Mix, entry: object) -> None:
    mix.unread += 1
    if len(mix.first_unread) < SHOWN:
        # Not the whole entry: it may have cookies in it.
        request = entry.get("request") if isinstance(entry, Mapping) else None
        told = request.get("url", "no URL") if isinstance(request, Mapping) else type(entry).__name__
        shown = re.sub(r"//[^/@]*@", "//", str(told).partition("?")[0])
        mix.first_unread.append(f"entry {mix.lines}: {shown[:160]}")


def _origin(entries: Sequence[Any], places: Sequence[SplitResult | None], given: str | None) -> str:
    """Of the first page that was answered, as its address may point elsewhere first; else of the first request."""
    asked = [(entry, place) for entry, place in zip(entries, places, strict=True) if place and place.scheme in _SCHEMES]
    known = dict.fromkeys(origin_of(place) for _, place in asked)
    if given is not None:
        wanted = ""
        with suppress(ValueError):
            wanted = origin_of(urlsplit(given))
        if wanted not in known:
            there = f"those are {', '.join(list(known)[:SHOWN])}" if known else "there is none"
            raise RecordingError(f"has no request to {given}; {there}")
        return wanted
    pages = (origin_of(place) for entry, place in asked if _is_page(entry["response"]))
    return next(pages, next(iter(known), ""))


def _is_page(response: Mapping[str, Any]) -> bool:
    content = response.get("content")
    kind = content.get("mimeType") if isinstance(content, Mapping) else None
    return isinstance(kind, str) and kind.lower().startswith(("text/html", "application/xhtml")) and _good(response)


def _good(response: Mapping[str, Any]) -> bool:
    """A page that a browser had already was answered with 304."""
    status = int(response["status"])
    return 200 <= status < 300 or status == 304


def _unasked(entry: Mapping[str, Any], response: Mapping[str, Any]) -> bool:
    """Whether no server was, though it is written with a 200.

    So do Chrome of its cache, and Playwright (1.65.2) of what a test answered itself; of the browser's cache it says no
    more than that nothing was transferred. What a service worker asks has an entry of its own.
    """
    marked = entry.get("_fromCache") or response.get("_fetchedViaServiceWorker") or entry.get("_wasFulfilled")
    return bool(marked) or response.get("_transferSize") == 0


def _own(
    recording: Recording, entry: Mapping[str, Any], place: SplitResult, methods: Sequence[str], drawing: random.Random
) -> None:
    request, response = entry["request"], entry["response"]
    method, status = request["method"].upper(), int(response["status"])
    left_out = recording.mix.left_out
    if place.scheme in ("ws", "wss") or status == 101 or entry.get("_webSocketMessages"):
        left_out["WebSocket"] += 1
    elif method not in (*SAFE, *methods):
        left_out[method] += 1
    elif _unasked(entry, response):
        left_out["cached"] += 1
    elif status <= 0:
        # 0 of browsers and mitmproxy, -1 of Playwright: cancelled, blocked, or not answered.
        left_out["no answer"] += 1
    elif not 200 <= status < 300:
        left_out["304" if status == 304 else f"{status // 100}xx"] += 1
    elif method in SAFE:
        began = entry.get("startedDateTime")
        minute = began[:16] if isinstance(began, str) else ""
        take(recording.mix, Asked(method, _path(recording, place), status, minute), drawing)
        recording.signed += _is_signed(request)
    elif (sent := _sent(recording, request, place, method)) is not None:
        _add(recording, sent)
        recording.signed += _is_signed(request)
    else:
        left_out["unreadable body"] += 1


def _path(recording: Recording, place: SplitResult) -> str:
    """With its query, but for what somebody is known by; written as a URL has it."""
    kept = []
    for pair in place.query.split("&") if place.query else ():
        name = pair.partition("=")[0]
        if _SECRET.fullmatch(re.sub(r"[^a-z0-9]", "", unquote(name).lower())):
            recording.hidden[unquote(name)] += 1
        else:
            kept.append(pair)
    path = f"{place.path or '/'}{'?' if kept else ''}{'&'.join(kept)}"
    return re.sub(r"\s", lambda blank: f"%{ord(blank[0]):02X}", path)


def _is_signed(request: Mapping[str, Any]) -> bool:
    """Whether it had a cookie or an authorization, as far as the recorder left them in."""
    headers = request.get("headers")
    names = {
        str(each.get("name", "")).lower()
        for each in (headers if isinstance(headers, list) else ())
        if isinstance(each, Mapping)
    }
    return bool(names & _SIGNED or request.get("cookies"))


def _sent(recording: Recording, request: Mapping[str, Any], place: SplitResult, method: str) -> Sent | None:
    """None where the body is no text in the recording, as that of a file that was sent."""
    path = _path(recording, place)
    kind = Kind(method, folded(path), 1, [path])
    posted = request.get("postData") or {}
    if not isinstance(posted, Mapping) or posted.get("encoding"):
        return None
    said = posted.get("mimeType")
    content = said if isinstance(said, str) else ""
    text = _text(posted, content)
    if not text:
        # Playwright may keep a body in a file beside the recording, and Chrome leaves out what is too large.
        size = request.get("bodySize")
        whole = not posted or text == ""
        return Sent(kind) if whole and not (isinstance(size, int) and size > 0) else None
    if content.startswith("multipart/") or _NO_TEXT.search(text):
        return None
    if "json" in content.lower():
        with suppress(ValueError):
            body = json.loads(text, parse_constant=_refuse)
            # A text, or nothing, is sent as it stands in the recording.
            if body is not None and not isinstance(body, str):
                return Sent(kind, body)
    return Sent(kind, text, content)


def _text(posted: Mapping[str, Any], content: str) -> str | None:
    """The body; of a form that has its fields alone, as HAR allows, made of these. None where there is none."""
    text, fields = posted.get("text"), posted.get("params")
    if isinstance(text, str):
        return _as_sent(text, content)
    if not content.startswith("application/x-www-form-urlencoded") or not isinstance(fields, list):
        return None
    pairs = [(each.get("name"), each.get("value")) for each in fields if isinstance(each, Mapping)]
    return "&".join("=".join(_encoded(str(part or "")) for part in pair) for pair in pairs)


def _encoded(part: str) -> str:
    """As a form has it, which some write and others do not."""
    return part if _FORM.fullmatch(part) else quote_plus(part)


def _as_sent(text: str, content: str) -> str:
    """mitmproxy takes UTF-8 for Latin-1 where the content's type names no charset."""
    if text.isascii() or "charset" in content.lower():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _add(recording: Recording, sent: Sent) -> None:
    key = (sent.kind.method, sent.kind.path)
    known = recording.sent.setdefault(key, sent)
    if known is sent:
        return
    known.kind.times += 1
    known.bodies += known.body != sent.body
    known.kind.paths += sent.kind.paths
