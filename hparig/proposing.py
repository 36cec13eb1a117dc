"""When the controller had its metrics' proposals, by its own log: the moment at which windows are looked at."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import Path

_LINE = re.compile(
    r"^I(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6}) "
    r".*\"Proposing desired replicas[^\"]*\".* scaleTarget=\"Deployment/([^/]+)/"
)


def times(log: Path, year: int) -> Mapping[str, list[float]]:
    """Namespace → seconds since 1970, in order. The log's lines have no year, and are in UTC."""
    found: dict[str, list[float]] = {}
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := _LINE.match(line):
                month, day, hour, minute, second, micro = (int(word) for word in match.groups()[:6])
                when = datetime.datetime(year, month, day, hour, minute, second, micro, datetime.UTC)
                found.setdefault(match[7], []).append(when.timestamp())
    return found
