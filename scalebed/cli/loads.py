"""A load that is to come, from a file: an experiment's profile, a table of rates, or an access log."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from scalebed import yaml_reader
from scalebed.cli.from_log import LogError, minutes_of
from scalebed.experiment.level import Level
from scalebed.forecast.load import Load, of_levels, of_steps
from scalebed.messages import UserError

_TIMES = ("second", "seconds", "time", "timestamp", "at", "t")
_RATES = ("rate", "rps", "requests", "value", "requests_per_second")
_LEVELS = TypeAdapter(tuple[Level, ...])


class LoadError(UserError):
    """Why a file tells no load; one sentence."""


def load_of(file: Path) -> Load:
    """What a file says, by how its name ends: `.yaml` or `.yml` has `profile`, as an experiment; `.csv` a time and a
    rate in each row; anything else is an access log, of which every request counts. Raises LoadError."""
    read = {".yaml": _of_profile, ".yml": _of_profile, ".csv": _of_table}.get(file.suffix.lower(), _of_log)
    try:
        return read(file)
    except OSError as error:
        raise LoadError(f"{file}: cannot be read ({error.strerror}); name a load") from error
    except UnicodeDecodeError as error:
        raise LoadError(f"{file}: is no text in UTF-8; name a load") from error
    except ValueError as error:
        raise LoadError(f"{file}: {error}") from error


def _of_profile(file: Path) -> Load:
    try:
        said = yaml_reader.read(file.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise LoadError(f"{file}: {yaml_reader.sentence(error)}") from error
    levels = said.get("profile") if isinstance(said, dict) else said
    if not isinstance(levels, list) or not levels:
        raise LoadError(f"{file}: has no profile: give a list of levels, such as {{rate: 40, duration: 60s}}")
    try:
        found = _LEVELS.validate_python(levels)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise LoadError(f"{file}: profile.{place}: {first['msg'].removeprefix('Value error, ')}") from error
    return of_levels(file.stem, found)


def _of_table(file: Path) -> Load:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = [row for row in csv.reader(lines) if any(cell.strip() for cell in row)]
    if len(rows) < 3:
        raise ValueError("needs a head and two rows or more")
    head = [name.strip().lower() for name in rows[0]]
    at, rate = _column(head, _TIMES), _column(head, _RATES)
    times, rates = [], []
    for number, row in enumerate(rows[1:], 2):
        try:
            times.append(_seconds(row[at]))
            rates.append(float(row[rate]))
        except (ValueError, IndexError):
            raise ValueError(f"line {number} has no time and rate: {','.join(row)[:60]!r}") from None
        if not (math.isfinite(times[-1]) and math.isfinite(rates[-1])):
            raise ValueError(f"line {number} has no time and rate: {','.join(row)[:60]!r}")
    for number, (before, after) in enumerate(pairwise(times), 3):
        if after <= before:
            raise ValueError(f"line {number} is not later than the one before it")
    # The last one lasts as long as the one before it did.
    return of_steps(file.stem, [*times, 2 * times[-1] - times[-2]], rates)


def _column(head: Sequence[str], names: Sequence[str]) -> int:
    for name in names:
        if name in head:
            return head.index(name)
    raise ValueError(f"its first line names no column {' or '.join(names[:3])}, but {', '.join(head)}")


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _of_log(file: Path) -> Load:
    try:
        minutes = minutes_of(file)
    except LogError as error:
        raise LoadError(str(error)) from error
    first, last = min(minutes), max(minutes)
    edges = [60.0 * (minute - first) for minute in range(first, last + 2)]
    return of_steps(file.name, edges, [minutes.get(minute, 0) / 60 for minute in range(first, last + 1)])
