"""A load made of a web server's access log: kinds of requests by their shares, with the paths that were asked for."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scalebed.experiment import access_log
from scalebed.experiment.access_log import SAFE, Kind, Mix
from scalebed.messages import UserError
from scalebed.report.sentences import figures

PATHS_FOLDER = "paths"
FirstLoad = tuple[Mapping[str, object], Mapping[str, str], Sequence[str]]
"""What stands under `load`, further files by their names, and sentences on what is not in them."""


class LogError(UserError):
    """One sentence: why a log tells no load."""


def from_log(log: Path) -> FirstLoad:
    """Of a log that may be gzipped. Raises LogError where it cannot be read, or holds no request to ask again."""
    try:
        with _lines(log) as lines:
            mix = access_log.read(lines)
    except (OSError, EOFError) as error:
        raise LogError(f"{log}: cannot be read ({error}); name an access log") from error
    if not mix.taken:
        shown = f" A line that could not be read: {mix.first_unread[0]}" if mix.first_unread else ""
        raise LogError(
            f"{log}: holds no request that was a GET or HEAD with a status of 2xx, in the common or combined format, "
            f"in JSON or in CSV.{shown}"
        )
    requests, files = requests_of(mix.most_frequent())
    return {"requests": requests}, files, _told(mix)


def requests_of(kinds: Sequence[Kind]) -> tuple[list[dict[str, object]], dict[str, str]]:
    """As they stand under `requests`, and the files of paths that they name."""
    requests, files = [], {}
    for number, kind in enumerate(kinds, 1):
        name = f"{PATHS_FOLDER}/{number:02d}.txt"
        requests.append(_request(kind, name))
        if "values" in requests[-1]:
            files[name] = "".join(f"{path}\n" for path in kind.paths)
    return requests, files


def _request(kind: Kind, file: str) -> dict[str, object]:
    path = kind.paths[0]
    if len(set(kind.paths)) == 1 and not {"{", "}"} & set(path):
        return {kind.method.lower(): path, "name": kind.name, "share": kind.times}
    return {kind.method.lower(): "{path}", "name": kind.name, "share": kind.times, "values": {"path": {"file": file}}}


@contextmanager
def _lines(log: Path) -> Iterator[io.TextIOBase]:
    with log.open("rb") as file:
        zipped = file.peek(2)[:2] == b"\x1f\x8b"
        binary = gzip.GzipFile(fileobj=file) if zipped else file
        with io.TextIOWrapper(binary, encoding="utf-8", errors="replace") as text:
            yield text


def _told(mix: Mix) -> list[str]:
    said = [
        f"Read {mix.lines:,} lines: {mix.taken:,} requests to ask again, of {figures.count(len(mix.kinds), 'kind')}."
    ]
    if mix.left_out:
        left = figures.listing([f"{times:,} {why_left_out(reason)}" for reason, times in mix.left_out.most_common()])
        said.append(f"Left out: {left}.")
    if mix.unread:
        shown = "".join(f"\n  {line}" for line in mix.first_unread)
        said.append(f"{figures.count(mix.unread, 'line')} could not be read, such as:{shown}")
    if mix.minutes:
        ((minute, most),) = mix.minutes.most_common(1)
        busiest = f"its busiest minute had {most:,} of them, {most / 60:.3g} a second"
        said.append(f"Over {figures.count(len(mix.minutes), 'minute')} with any, {busiest} ({minute}).")
    return said


def why_left_out(reason: str) -> str:
    """What follows a number, as in `3 answered with 4xx`."""
    if reason == "304":
        return "that a cache had already (304)"
    if reason.endswith("xx"):
        return {"3xx": "that pointed elsewhere (3xx)"}.get(reason, f"answered with {reason}")
    return f"of {reason}, which is neither {' nor '.join(SAFE)}"
