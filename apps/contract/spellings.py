"""How values are written: one spelling of each kind, where languages would read several. Else ValueError."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from .document import GENDERS, KINDS, MAX_ID, MAX_POINTS, MESSAGES

Value = str | int | date | datetime

_ID = re.compile(KINDS["id"]["pattern"])
_COUNT = re.compile(KINDS["count"]["pattern"])
_DATE = re.compile(KINDS["date"]["pattern"])
_TIME = re.compile(KINDS["time"]["pattern"])
_GENDERS = frozenset(GENDERS)
NOT_A_GENDER = MESSAGES["gender"].format(choices=", ".join(GENDERS))
# Drivers take these two for infinity.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def whole(value: str, most: int) -> int:
    """A whole number within ±`most`."""
    if not _ID.fullmatch(value):
        raise ValueError(MESSAGES["whole_number"])
    number = int(value)
    if abs(number) > most:
        raise ValueError(MESSAGES["whole_number_within"].format(most=most))
    return number


def count(value: str) -> int:
    """A whole number from 1."""
    if not _COUNT.fullmatch(value):
        raise ValueError(MESSAGES["count"])
    # Any number of digits is a number, but int() refuses thousands of them.
    return int(value.lstrip("0")[:20])


def flag(value: str) -> bool:
    """`true` or `false`."""
    if value not in {"true", "false"}:
        raise ValueError(MESSAGES["flag"])
    return value == "true"


def gender(value: str) -> str:
    """M, F or O."""
    if value not in _GENDERS:
        raise ValueError(NOT_A_GENDER)
    return value


def day(value: str) -> date:
    """A date as YYYY-MM-DD."""
    if not _DATE.fullmatch(value):
        raise ValueError(MESSAGES["date"])
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(MESSAGES["no_such_day"]) from None


def moment(value: str) -> datetime:
    """A date and time, UTC where it names no offset, as an aware datetime in UTC."""
    if not _TIME.fullmatch(value):
        raise ValueError(MESSAGES["time"])
    try:
        read = datetime.fromisoformat(value)
        found = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(MESSAGES["no_such_time"]) from None
    if not _FIRST < found < _LAST:
        raise ValueError(MESSAGES["no_such_time"])
    return found


READERS: Mapping[str, Callable[[str], Value]] = {
    "text": str,
    "gender": gender,
    "id": lambda value: whole(value, MAX_ID),
    "points": lambda value: whole(value, MAX_POINTS),
    "date": day,
    "time": moment,
}
