"""How values are written, in a query and in JSON: one way for each type, where Django and Python would take several."""

import re
from datetime import UTC, date, datetime

WHOLE = re.compile(r"-?[0-9]{1,19}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# PostgreSQL takes offsets below 16 hours, Python below 24.
MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])?"
)
# Drivers take these two for infinity.
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
NO_SUCH_TIME = "There is no such time between the years 1 and 9999 of UTC."
NOT_A_DAY = "Enter a date as YYYY-MM-DD."
NOT_A_MOMENT = "Enter a date and time as YYYY-MM-DDThh:mm:ssZ, or with an offset below 16 hours, such as +02:00."


def read_day(text: str) -> date:
    """Return the date of a text; raise ValueError with a sentence where it is none."""
    if not DAY.fullmatch(text):
        raise ValueError(NOT_A_DAY)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("There is no such day.") from None


def read_moment(text: str) -> datetime:
    """Return the moment of a text, in UTC, as which it counts without an offset; raise ValueError with a sentence."""
    if not MOMENT.fullmatch(text):
        raise ValueError(NOT_A_MOMENT)
    try:
        read = datetime.fromisoformat(text)
        moment = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(NO_SUCH_TIME) from None
    if not FIRST < moment < LAST:
        raise ValueError(NO_SUCH_TIME)
    return moment
