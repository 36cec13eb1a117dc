"""A load made of a web server's access log: kinds of requests by their shares, with the paths that were asked for."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from scalebed.experiment import access_log, duration
from scalebed.experiment.access_log import SAFE, Kind, Mix
from scalebed.messages import UserError
from scalebed.report.sentences import figures

PATHS_FOLDER = "paths"
LEAST_RATE = 0.01
"""A second, in the place of none at all, which a level cannot have."""


class FirstLoad(NamedTuple):
    """The load of a first experiment."""

    load: Mapping[str, object]
    """What stands under `load`."""
    files: Mapping[str, str] = {}
    """Further ones, by their names."""
    told: Sequence[str] = ()
    """Sentences on what is not in them."""
    kind: Mapping[str, object] = {}
    """What else stands in the experiment: its kind, where it is not the usual one, and what that needs."""


class LogError(UserError):
    """One sentence: why a log tells no load."""


def from_log(log: Path, lasting: str | None = None) -> FirstLoad:
    """Of a log that may be gzipped; `lasting`: with its rates over time, drawn together into so long. Raises LogError
    where it cannot be read, or holds no request to ask again."""
    mix = _mix(log)
    if not mix.taken:
        shown = f" A line that could not be read: {mix.first_unread[0]}" if mix.first_unread else ""
        raise LogError(
            f"{log}: holds no request that was a GET or HEAD with a status of 2xx, in the common or combined format, "
            f"in JSON or in CSV.{shown}"
        )
    requests, files = requests_of(mix.most_frequent())
    over_time = {} if lasting is None else _over_time(log, mix, lasting)
    return FirstLoad({"requests": requests}, files, _told(mix), over_time)


def minutes_of(log: Path) -> dict[int, int]:
    """All requests of a log that may be gzipped, by the number of their minute. Raises LogError where it cannot be
    read, or does not say when they came."""
    mix = _mix(log)
    try:
        return access_log.numbered(mix.all_minutes)
    except ValueError as error:
        shown = f"; a line that could not be read: {mix.first_unread[0]}" if mix.first_unread else ""
        raise LogError(f"{log}: {error}{shown}") from error


def _mix(log: Path) -> Mix:
    try:
        with _lines(log) as lines:
            return access_log.read(lines)
    except (OSError, EOFError) as error:
        raise LogError(f"{log}: cannot be read ({error}); name an access log") from error


def _over_time(log: Path, mix: Mix, lasting: str) -> dict[str, object]:
    """The keys of an experiment whose rate goes as that of the log went."""
    try:
        seconds = duration.seconds(lasting)
    except ValueError as error:
        raise LogError(f"--lasting {lasting}: {error}") from error
    try:
        rates = access_log.rates(mix.minutes)
    except ValueError as error:
        raise LogError(f"{log}: {error}; leave out --lasting") from error
    count = len(rates)
    each = seconds / count
    if each < 1:
        raise LogError(f"--lasting {lasting}: is less than a second for each of {count} levels; name {count}s or more")
    levels = [{"rate": max(round(rate, 3), LEAST_RATE), "duration": f"{each:g}s"} for rate in rates]
    return {"kind": "profile", "profile": levels}


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
