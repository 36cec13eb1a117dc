"""A load made of a recording in HAR: kinds of requests by their shares, with the paths that were asked for."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from scalebed.cli.from_log import FirstLoad, LogError, requests_of, why_left_out
from scalebed.experiment import recording
from scalebed.experiment.access_log import SAFE, SHOWN
from scalebed.experiment.recording import Recording, RecordingError, Sent
from scalebed.experiment.requests import METHODS
from scalebed.report.sentences import figures

_WHY: Mapping[str, str] = {
    "no HTTP": "that were no HTTP (data:, blob: and the like)",
    "WebSocket": "of WebSockets",
    "cached": "that a cache, a service worker or a test answered, and no server",
    "no answer": "without an answer",
    "unreadable body": "whose body is no text in the recording",
    "too many kinds": "of rarer kinds with a body",
}


def from_har(har: Path, origin: str | None, methods: Sequence[str]) -> FirstLoad:
    """Of a recording that may be gzipped, or packed as mitmproxy's .zhar is. Raises LogError where it cannot be read,
    or holds no request to ask again."""
    named = tuple(dict.fromkeys(method.upper() for method in methods))
    if unknown := next((method for method in named if method.lower() not in METHODS), None):
        raise LogError(f"--method {unknown}: is none of {', '.join(METHODS).upper()}")
    try:
        recorded = recording.read(_text(har), origin, named)
    except RecordingError as error:
        raise LogError(f"{har}: {error}; name a recording in HAR, and with --origin one of its origins") from error
    if not recorded.taken:
        wanted = " or ".join([*SAFE, *named])
        raise LogError(
            f"{har}: holds no request to {recorded.origin or 'anybody'} that was a {wanted} with a status of 2xx"
            f"{_instead(recorded)}; --origin and --method take others"
        )
    requests, files = requests_of([*recorded.kinds, *(sent.kind for sent in recorded.most_sent)])
    for request, sent in zip(requests[len(recorded.kinds) :], recorded.most_sent, strict=True):
        request.update(_body(sent))
    return FirstLoad({"requests": requests}, files, _told(recorded))


def _text(har: Path) -> str:
    try:
        held = har.read_bytes()
        if held[:2] == b"\x1f\x8b":
            held = gzip.decompress(held)
        elif held[:1] == b"\x78":
            held = zlib.decompress(held)
        return held.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise LogError(f"{har}: cannot be read ({error}); name a recording in HAR") from error


def _body(sent: Sent) -> dict[str, object]:
    if sent.body is None:
        return {}
    return {"send": sent.body} | ({"headers": {"Content-Type": sent.type}} if sent.type else {})


def _instead(recorded: Recording) -> str:
    """What there is in its place; empty where there is nothing."""
    left = _left_out(recorded)
    left += [f"{times:,} to {origin}" for origin, times in recorded.foreign.most_common(SHOWN)]
    left += [f"{recorded.mix.unread:,} that could not be read"] if recorded.mix.unread else []
    return f", but {figures.listing(left)}" if left else ""


def _left_out(recorded: Recording) -> list[str]:
    """Of its own origin."""
    found = recorded.mix.left_out.most_common()
    return [f"{times:,} {_WHY.get(why) or why_left_out(why)}" for why, times in found]


def _told(recorded: Recording) -> list[str]:
    mix = recorded.mix
    kinds = figures.count(len(recorded.kinds) + len(recorded.most_sent), "kind")
    said = [f"Read {mix.lines:,} entries: {recorded.taken:,} requests to {recorded.origin}, of {kinds}."]
    if recorded.foreign:
        others = [f"{times:,} to {origin}" for origin, times in recorded.foreign.most_common(SHOWN)]
        more = len(recorded.foreign) - len(others)
        others += [f"others to {figures.count(more, 'origin')} more"] if more else []
        said.append(f"Left out: {figures.listing(others)}; --origin chooses another one.")
    if left := _left_out(recorded):
        said.append(f"Left out of its own: {figures.listing(left)}.")
    if mix.unread:
        shown = "".join(f"\n  {each}" for each in mix.first_unread)
        said.append(f"{figures.count(mix.unread, 'entry', 'entries')} could not be read, such as:{shown}")
    if recorded.signed:
        said.append(
            f"Signed in were {figures.count(recorded.signed, 'request')}, by a cookie or an authorization, which are "
            "not written: give headers to those that need one, with its value in secrets."
        )
    if recorded.hidden:
        names = figures.listing([f"{name} ({times:,})" for name, times in recorded.hidden.most_common()])
        said.append(f"Left out of addresses, as it tells who asked: {names}.")
    if bodies := [sent for sent in recorded.most_sent if sent.body is not None]:
        several = sum(sent.bodies > 1 for sent in bodies)
        had = f"; {several} of them had others as well" if several else ""
        kinds = figures.count(len(bodies), "kind")
        said.append(f"With a body: {kinds}, each as it was sent first{had}. See that no password is in it.")
    return said
