"""A load that is to come, from a file: an experiment's profile, a table of rates, or an access log."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml
from pydantic import TypeAdapter, ValidationError

from scalebed import yaml_reader
from scalebed.cli.from_log import LogError, minutes_of
from scalebed.experiment.access_log import epoch_s
from scalebed.experiment.level import Level
from scalebed.experiment.strict import first_fault
from scalebed.forecast.load import MOST_RATE, MOST_SECONDS, Load, of_levels, of_steps
from scalebed.messages import UserError

_TIMES = ("second", "seconds", "time", "timestamp", "at", "t")
_RATES = ("rate", "rps", "requests_per_second")
_LEVELS = TypeAdapter(tuple[Level, ...])


class LoadError(UserError):
    """Why a file tells no load; one sentence."""


def load_of(file: Path, per_arrival: float = 1.0) -> Load:
    """What a file says, by how its name ends: `.yaml` or `.yml` has `profile`, as an experiment; `.csv` a time and a
    rate in each row; anything else is an access log, of which every request counts. Raises LoadError.

    Rates are arrivals, as those of the run are. `per_arrival`: requests of a journey, by which those of a log, which
    knows requests alone, are divided.
    """
    read = {".yaml": _of_profile, ".yml": _of_profile, ".csv": _of_table}.get(file.suffix.lower())
    try:
        return _of_log(file, per_arrival) if read is None else read(file)
    except OSError as error:
        raise LoadError(f"{file}: cannot be read ({error.strerror}); name a load") from error
    except UnicodeDecodeError as error:
        raise LoadError(f"{file}: is no text in UTF-8; name a load") from error
    except (ValueError, OverflowError) as error:
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
        place, wrong = first_fault(error)
        raise LoadError(f"{file}: profile.{place}: {wrong}") from error
    return of_levels(file.stem, found)


def _of_table(file: Path) -> Load:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        try:
            rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
        except csv.Error as error:
            raise ValueError(f"line {reader.line_num} cannot be read ({error})") from error
    if len(rows) < _FEWEST_ROWS:
        raise ValueError("needs a head and two rows or more")
    head = [name.strip().lower() for name in rows[0][1]]
    at, rate = _column(head, _TIMES), _column(head, _RATES)
    times: list[float] = []
    rates: list[float] = []
    for number, row in rows[1:]:
        try:
            moment, value = _seconds(row[at]), float(row[rate])
        except (ValueError, IndexError, OverflowError):
            moment = value = math.nan
        if not (math.isfinite(moment) and 0 <= value <= MOST_RATE):
            raise ValueError(f"line {number} has no time and rate from 0 to {MOST_RATE:,.0f}: {','.join(row)[:60]!r}")
        if times and moment <= times[-1]:
            raise ValueError(f"line {number} is not later than the one before it")
        times.append(moment)
        rates.append(value)
    # The last one lasts as long as the one before it did.
    return of_steps(file.stem, [*times, 2 * times[-1] - times[-2]], rates)


_FEWEST_ROWS = 3


def _column(head: Sequence[str], names: Sequence[str]) -> int:
    for name in names:
        if name in head:
            return head.index(name)
    raise ValueError(
        f"its first line names no column {' or '.join(names[:3])} between commas, but {', '.join(head)[:80]}"
    )


def _seconds(text: str) -> float:
    try:
        return epoch_s(float(text))
    except ValueError:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _of_log(file: Path, per_arrival: float) -> Load:
    try:
        minutes = minutes_of(file)
    except LogError as error:
        raise LoadError(str(error)) from error
    # It may hold its first and its last minute in part.
    first, last = min(minutes) + 1, max(minutes) - 1
    if last < first:
        raise ValueError("covers less than three minutes, and its first and last may be there in part")
    if last - first >= MOST_SECONDS // 60:
        raise ValueError(f"covers {last - first + 1:,} minutes; a forecast goes over {MOST_SECONDS // 60:,} at most")
    edges = [60.0 * (minute - first) for minute in range(first, last + 2)]
    rates = [minutes.get(minute, 0) / 60 / per_arrival for minute in range(first, last + 1)]
    return of_steps(file.name, edges, rates)
