"""The grammar that apps/README.md writes down for values: whether a text, or a value of JSON, is one of a type."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

from .queries import ORDERINGS

MAX_ID = 2**63 - 1
MAX_POINTS = 2**31 - 1

# Each stands in apps/README.md in these words; test_grammar.py holds the two together.
WHOLE = r"-?[0-9]{1,19}"
DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])?"
)
COUNT = r"[0-9]+"
FLAG = r"true|false"
GENDER = r"M|F|O"
PHONE = r"[-+0-9 ()]+"
CUSTOMER_ID = r"CUST-[0-9A-F]{12}"


def _is(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def whole(text: str, least: int, most: int) -> bool:
    """Tell whether a text is a whole number within bounds."""
    return _is(WHOLE, text) and least <= int(text) <= most


def count(text: str) -> int:
    """Return the whole number from 1 that a text is, or 0; what is beyond 20 digits is left out."""
    return int(text.lstrip("0")[:20] or "0") if _is(COUNT, text) else 0


def day(text: str) -> bool:
    """Tell whether a text is a date."""
    try:
        return _is(DATE, text) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def moment(text: str) -> bool:
    """Tell whether a text is a time whose UTC lies in the years 1 to 9999."""
    if not _is(TIME, text):
        return False
    try:
        read = datetime.fromisoformat(text)
        found = read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    # The first and the last moment are what some drivers take for infinity.
    return datetime.min.replace(tzinfo=UTC) < found < datetime.max.replace(tzinfo=UTC)


def flag(text: str) -> bool:
    """Tell whether a text is true or false."""
    return _is(FLAG, text)


def letter(text: str) -> bool:
    """Tell whether a text is a gender."""
    return _is(GENDER, text)


def named(value: object, most: int) -> bool:
    """Tell whether a value of JSON is text for a contact: some, of at most `most` characters inside its blanks."""
    return isinstance(value, str) and storable(value) and 0 < len(value.strip()) <= most


def storable(text: str) -> bool:
    """Tell whether PostgreSQL can store a text: it has no NUL and no half of a surrogate pair."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)


def phone(text: str) -> bool:
    """Tell whether a text is a phone number."""
    return _is(PHONE, text) and len(text) <= 32 and sum(character in "0123456789" for character in text) >= 3


def customer_id(text: str) -> bool:
    """Tell whether a text is a customer id."""
    return _is(CUSTOMER_ID, text)


def several(text: str, item: Callable[[str], bool]) -> bool:
    """Tell whether a text is a list of 1 to 100 items, none of them empty."""
    items = text.split(",")
    return len(items) <= 100 and all(part and item(part) for part in items)


def ordered(text: str) -> bool:
    """Tell whether a text is a field to order by, with or without a sign."""
    return text.removeprefix("-") in ORDERINGS


# Type of a parameter → whether a text is a value of it.
ACCEPTED: dict[str, Callable[[str], bool]] = {
    "id": lambda text: whole(text, -MAX_ID, MAX_ID),
    "points": lambda text: whole(text, -MAX_POINTS, MAX_POINTS),
    "ids": lambda text: several(text, lambda item: whole(item, -MAX_ID, MAX_ID)),
    "texts": lambda text: several(text, lambda item: True),
    "gender": letter,
    "genders": lambda text: several(text, letter),
    "date": day,
    "time": moment,
    "flag": flag,
    "page": lambda text: count(text) > 0,
    "page_size": lambda text: count(text) > 0,
    "ordering": lambda text: all(ordered(item) for item in text.split(",")),
    "search": lambda text: len(text) <= 100 and len(text.split()) <= 8,
    "text": lambda text: True,
    # One that the service did not give out.
    "cursor": lambda text: False,
}


def accepted(kind: str, text: str) -> bool:
    """Tell whether the contract takes a text, which is not empty, as a parameter's value of a type."""
    return "\0" not in text and ACCEPTED[kind](text)
