"""What a web server's access log says people asked for: kinds of requests, how often each came, and which paths."""

from __future__ import annotations

import csv
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

SAFE = ("GET", "HEAD")
"""What can be asked again without changing anything. What others sent stands in no log."""
KINDS = 50
"""As many endpoints as a report tells apart."""
OTHERS = "others"
PATHS = 1000
"""Kept of each kind: a uniform sample of its requests (Vitter's algorithm R, ACM TOMS 11, 1985)."""
_MOST = 2000
"""Kinds that are counted while the log is read; what comes after these is one kind together."""
SHOWN = 3
LEVELS = 60
"""Parts of a log's time that rates are told of, at most."""

_COMMON = re.compile(r'\[(?P<time>[^\]]+)\] "(?P<method>[A-Z]+) (?P<path>\S+)(?: [^"]*)?" (?P<status>\d{3})(?: |$)')
"""Of the common and the combined format, whatever stands before and after."""
_LINE = re.compile(r"(?P<method>[A-Z]+) (?P<path>\S+)(?: .*)?")
_KEYS: Mapping[str, Sequence[str]] = {
    "method": ("method", "request_method", "http_method", "verb"),
    "path": ("path", "request_uri", "uri", "url", "request_path"),
    "status": ("status", "status_code", "response_status", "code"),
    "time": ("time", "time_iso8601", "time_local", "timestamp", "ts", "@timestamp", "msec", "date"),
}
"""What logs in JSON and CSV call these."""
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")
_NUMBER = re.compile(r"\d+")
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_HASH = re.compile(r"(?=.*\d)[0-9a-f]{8,}", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """One line."""

    method: str
    path: str
    """With its query."""
    status: int
    minute: str
    """Which one it came in; empty where the log does not say."""


@dataclass
class Kind:
    """Requests of one method whose paths are alike."""

    method: str
    path: str
    """With what names one thing of many replaced, and without the query."""
    times: int = 0
    paths: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}" if self.path else f"{self.method} {OTHERS}"


@dataclass
class Mix:
    """What a log came to."""

    lines: int = 0
    kinds: dict[tuple[str, str], Kind] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)
    """By why: the method, or the class of the status."""
    unread: int = 0
    first_unread: list[str] = field(default_factory=list)
    minutes: Counter[str] = field(default_factory=Counter)
    """Requests that are taken, by minute."""
    all_minutes: Counter[str] = field(default_factory=Counter)
    """Requests of every kind, whatever became of them, by minute."""

    @property
    def taken(self) -> int:
        return sum(kind.times for kind in self.kinds.values())

    def most_frequent(self, most: int = KINDS) -> tuple[Kind, ...]:
        """The kinds that come most often, and what is left as one for each method; a report tells no more apart."""
        ordered = sorted(self.kinds.values(), key=lambda kind: (not kind.path, -kind.times))
        if len(ordered) <= most:
            return tuple(ordered)
        kept, rest = ordered[: most - len(SAFE)], ordered[most - len(SAFE) :]
        return (*kept, *(_together(method, rest) for method in SAFE if any(k.method == method for k in rest)))


def rates(minutes: Mapping[str, int], most: int = LEVELS) -> list[float]:
    """Requests a second over the time from the first minute to the last, in at most so many equal parts of it.

    Raises ValueError with the rest of a sentence where the log does not say when its requests came.
    """
    known = numbered(minutes)
    first, last = min(known), max(known)
    width = -(-(last - first + 1) // most)
    counts = [0] * -(-(last - first + 1) // width)
    for at, times in known.items():
        counts[(at - first) // width] += times
    return [count / (60 * width) for count in counts]


def numbered(minutes: Mapping[str, int]) -> dict[int, int]:
    """The same by the number of the minute, counted from any. Raises ValueError with the rest of a sentence where none
    of them can be read."""
    known: Counter[int] = Counter()
    for minute, times in minutes.items():
        if (at := _number_of(minute)) is not None:
            known[at] += times
    if not known:
        raise ValueError("does not say when its requests came, in a way that can be read")
    return dict(known)


def _number_of(minute: str) -> int | None:
    """Which one it is, from any; None where it cannot be read."""
    if minute.lstrip("-").isdigit():
        return int(minute)
    for form in _FORMS:
        with suppress(ValueError):
            moment = datetime.strptime(minute, form)  # noqa: DTZ007 - with its offset, where there is one
            return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()) // 60
    return None


_FORMS = tuple(
    f"{form}{zone}" for form in ("%d/%b/%Y:%H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M") for zone in ("", " %z")
)


def _together(method: str, kinds: Sequence[Kind]) -> Kind:
    """One of many, whose paths are drawn in the share that each kind has."""
    own = [kind for kind in kinds if kind.method == method]
    drawing = random.Random(0)
    chosen = drawing.choices(own, weights=[kind.times for kind in own], k=PATHS)
    return Kind(method, "", sum(kind.times for kind in own), [drawing.choice(kind.paths) for kind in chosen])


def read(lines: Iterable[str]) -> Mix:
    """Of lines in the common or combined format, or all JSON, or CSV with a head. Memory is bounded by kinds, paths and
    minutes, and does not grow with the lines."""
    mix, drawing = Mix(), random.Random(0)
    for line, asked in _asked(lines):
        mix.lines += 1
        if asked is None:
            mix.unread += 1
            if len(mix.first_unread) < SHOWN:
                mix.first_unread.append(line.strip()[:200])
            continue
        if asked.minute:
            mix.all_minutes[asked.minute] += 1
        if asked.method not in SAFE:
            mix.left_out[asked.method] += 1
        elif not 200 <= asked.status < 300:
            # Not Modified is what a client with a cache gets, and one without is measured.
            mix.left_out["304" if asked.status == 304 else f"{asked.status // 100}xx"] += 1
        else:
            take(mix, asked, drawing)
    return mix


def take(mix: Mix, asked: Asked, drawing: random.Random) -> None:
    """Count a request; of its path a sample is kept."""
    key = (asked.method, folded(asked.path))
    if key not in mix.kinds and len(mix.kinds) >= _MOST:
        key = (asked.method, "")
    kind = mix.kinds.setdefault(key, Kind(*key))
    kind.times += 1
    if asked.minute:
        mix.minutes[asked.minute] += 1
    if len(kind.paths) < PATHS:
        kind.paths.append(asked.path)
    elif (place := drawing.randrange(kind.times)) < PATHS:
        kind.paths[place] = asked.path


@lru_cache(maxsize=50_000)
def folded(path: str) -> str:
    """The path without its query, with numbers, UUIDs and hashes replaced; as reports name endpoints."""
    segments = path.partition("?")[0].partition("#")[0].split("/")
    return "/".join(map(_segment, segments))


def _segment(text: str) -> str:
    for pattern, name in ((_NUMBER, "{n}"), (_UUID, "{uuid}"), (_HASH, "{hash}")):
        if pattern.fullmatch(text):
            return name
    return text


def _asked(lines: Iterable[str]) -> Iterator[tuple[str, Asked | None]]:
    """Each line with what it says; None where it cannot be read."""
    head: Sequence[str] | None = None
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        if number == 0 and (head := _head(line)) is not None:
            continue
        if line.lstrip().startswith("{"):
            yield line, _of_json(line)
        elif head is not None:
            row = next(csv.reader([line]), [])
            yield line, _of_keys(dict(zip(head, row, strict=False)))
        else:
            match = _COMMON.search(line)
            yield line, _of(match["method"], match["path"], match["status"], match["time"]) if match else None


def _head(line: str) -> Sequence[str] | None:
    """The columns, where this names some."""
    if line.lstrip().startswith("{"):
        return None
    names = [name.strip().lower() for name in next(csv.reader([line]), [])]
    told = [any(key in names for key in _KEYS[what]) for what in ("method", "path", "status")]
    return names if all(told) or ("request" in names and told[2]) else None


def _of_json(line: str) -> Asked | None:
    try:
        known = json.loads(line)
    except ValueError:
        return None
    return _of_keys({str(key).lower(): value for key, value in known.items()}) if isinstance(known, dict) else None


def _of_keys(known: Mapping[str, object]) -> Asked | None:
    found = {what: next((str(known[key]) for key in keys if key in known), "") for what, keys in _KEYS.items()}
    if not found["method"] or not found["path"]:
        match = _LINE.fullmatch(str(known.get("request", "")))
        if match is None:
            return None
        found |= match.groupdict()
    return _of(found["method"], found["path"], found["status"], found["time"])


def _of(method: str, path: str, status: str, time: str) -> Asked | None:
    if not path.startswith("/"):
        # A request to a proxy names the whole URL; `*` is asked with OPTIONS alone, and a path of none.
        whole = _URL.match(path)
        if whole is None and method in SAFE:
            return None
        path = f"/{path[whole.end() :].lstrip('/')}" if whole is not None else path
    if not status.isdigit():
        return None
    return Asked(method, path.partition("#")[0], int(status), _minute(time))


def _minute(time: str) -> str:
    """Up to the minute, as far as the log says it, with its offset from UTC, or an hour would come twice each autumn:
    `29/Nov/2026:07:07 +0100`, `2026-11-29T07:07 +01:00`, or seconds by 60."""
    with suppress(ValueError, OverflowError):
        return str(int(epoch_s(float(time))) // 60)
    zone = _OFFSET.search(time)
    offset = "" if zone is None else f" {zone[1].replace('Z', '+0000')}"
    return (time[:17] if "/" in time[:7] else time[:16]) + offset


_OFFSET = re.compile(r"\d ?(Z|[+-]\d\d:?\d\d)$")


def epoch_s(number: float) -> float:
    """Seconds since 1970 of a number that may be in milliseconds, microseconds or nanoseconds, by how large it is: in
    seconds 1e11 is the year 5138. Raises OverflowError of what is no finite number."""
    if not math.isfinite(number):
        raise OverflowError("no finite number")
    while abs(number) >= 1e11:
        number /= 1000
    return number
