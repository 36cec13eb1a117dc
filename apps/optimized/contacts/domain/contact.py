"""A contact's rules: what its text, its phone number, its birthday and its points may be.

Each rule takes a value of the right type and gives it back cleaned, or raises ValueError with a sentence.
"""

import re
import secrets
from datetime import UTC, date, datetime
from typing import Any

from .errors import InvalidError

MAX_POINTS = 2**31 - 1
MAX_NAME = 100
MAX_CODE = 16
MAX_PHONE = 32
GENDERS = ("M", "F", "O")
TAKEN = "A contact with this customer id already exists."
REQUIRED = "This field is required."

_CUSTOMER_ID = re.compile(r"CUST-[0-9A-F]{12}", re.ASCII)
_PHONE = re.compile(r"[-+0-9 ()]+", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def new_customer_id() -> str:
    """Make up a customer id: `CUST-` and 12 upper-case hex digits (48 random bits)."""
    return f"CUST-{secrets.token_hex(6).upper()}"


def text(value: str, longest: int) -> str:
    """Text without the blanks at its ends, not empty, at most `longest` characters, free of NUL."""
    value = value.strip()
    if not value:
        raise ValueError("This field may not be blank.")
    if len(value) > longest:
        raise ValueError(f"Ensure this field has no more than {longest} characters.")
    return storable(value)


def storable(value: str) -> str:
    """Text that PostgreSQL can store: neither NUL nor half of a surrogate pair, which JSON can spell."""
    if "\0" in value:
        raise ValueError("Null characters are not allowed.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError("Surrogate characters are not allowed.")
    return value


def gender(value: str) -> str:
    """One of `GENDERS`."""
    if value not in GENDERS:
        raise ValueError(f"This is not a gender; choose from {', '.join(GENDERS)}.")
    return value


def customer_id(value: str) -> str:
    """`CUST-` and 12 upper-case hex digits."""
    value = value.strip()
    if not _CUSTOMER_ID.fullmatch(value):
        raise ValueError("Enter CUST- and 12 upper-case hexadecimal digits.")
    return value


def phone_number(value: str) -> str:
    """At least three digits, and besides them only `+`, `-`, parentheses and blanks."""
    value = text(value, MAX_PHONE)
    if not _PHONE.fullmatch(value) or sum(character.isdigit() for character in value) < 3:
        raise ValueError("Enter at least 3 digits, and besides them only +, -, ( ) and blanks.")
    return value


def birthday(value: str) -> date:
    """A day as YYYY-MM-DD, not after today (UTC)."""
    if not _DATE.fullmatch(value):
        raise ValueError("Enter a date as YYYY-MM-DD.")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("There is no such day.") from None
    if day == date.min:
        raise ValueError("Enter a day after 0001-01-01, which drivers take for minus infinity.")
    if day > datetime.now(UTC).date():
        raise ValueError("A birthday cannot be in the future.")
    return day


def whole(value: object) -> int:
    """A whole number of JSON: no text, no bool, and no number with a fraction or an exponent."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("Enter a whole number.")


def points(value: object) -> int:
    """From 0 to `MAX_POINTS`."""
    number = whole(value)
    if not 0 <= number <= MAX_POINTS:
        raise ValueError(f"Enter a whole number from 0 to {MAX_POINTS}.")
    return number


ADDRESS_FIELDS = ("street", "street_number", "city", "city_code", "country")


def whole_address(address: dict[str, Any]) -> None:
    """Refuse a new address that lacks a field; raises `InvalidError` naming each."""
    missing = {name: [REQUIRED] for name in ADDRESS_FIELDS if name not in address}
    if missing:
        raise InvalidError({"address": missing})


def repeated_customer_ids(contacts: list[dict[str, Any]]) -> list[int]:
    """The places of contacts whose customer id stands earlier in the list."""
    seen: set[str] = set()
    repeated: list[int] = []
    for index, contact in enumerate(contacts):
        given = contact.get("customer_id")
        if given in seen:
            repeated.append(index)
        elif given is not None:
            seen.add(given)
    return repeated
