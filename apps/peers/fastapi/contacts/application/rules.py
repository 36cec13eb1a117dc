"""What the texts and numbers of a contact may be. Each rule gives a value back cleaned, or raises ValueError."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from .errors import REQUIRED, TAKEN, InvalidError
from .parameters import MAX_POINTS, day, moment

ADDRESS_FIELDS = ("street", "street_number", "city", "city_code", "country")
_CUSTOMER_ID = re.compile(r"CUST-[0-9A-F]{12}", re.ASCII)
_PHONE = re.compile(r"[-+0-9 ()]+", re.ASCII)


def new_customer_id() -> str:
    """Make up a customer id: `CUST-` and 12 upper-case hex digits (48 random bits)."""
    return f"CUST-{secrets.token_hex(6).upper()}"


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def text(value: str, longest: int) -> str:
    """Text without the blanks at its ends, not empty, at most `longest` characters."""
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


def customer_id(value: str) -> str:
    """`CUST-` and 12 upper-case hex digits."""
    value = value.strip()
    if not _CUSTOMER_ID.fullmatch(value):
        raise ValueError("Enter CUST- and 12 upper-case hexadecimal digits.")
    return value


def phone_number(value: str) -> str:
    """At least three digits, and besides them only `+`, `-`, parentheses and blanks."""
    value = text(value, 32)
    if not _PHONE.fullmatch(value) or sum(character.isdigit() for character in value) < 3:
        raise ValueError("Enter at least 3 digits, and besides them only +, -, ( ) and blanks.")
    return value


def birthday(value: object) -> date:
    """A day as YYYY-MM-DD, not after today (UTC)."""
    if not isinstance(value, str):
        raise ValueError("Enter a date as YYYY-MM-DD.")  # noqa: TRY004  pydantic gathers ValueError alone
    born = day(value)
    if born == date.min:
        raise ValueError("Enter a day after 0001-01-01, which drivers take for minus infinity.")
    if born > now().date():
        raise ValueError("A birthday cannot be in the future.")
    return born


def time(value: object) -> datetime:
    """An ISO 8601 date and time, UTC where it names no offset."""
    if not isinstance(value, str):
        raise ValueError("Enter a date and time as YYYY-MM-DDThh:mm:ssZ.")  # noqa: TRY004  as above
    return moment(value)


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


def whole_address(address: Mapping[str, Any]) -> None:
    """Refuse a new address that lacks a field; raises `InvalidError` naming each."""
    missing = {name: [REQUIRED] for name in ADDRESS_FIELDS if name not in address}
    if missing:
        raise InvalidError({"address": missing})


def all_free(contacts: Sequence[Mapping[str, Any]], taken: set[str]) -> None:
    """Refuse contacts whose customer id is taken or stands earlier in the list; raises `InvalidError` by place."""
    seen = set(taken)
    refused: dict[str, Any] = {}
    for place, contact in enumerate(contacts):
        given = contact.get("customer_id")
        if given in seen:
            refused[str(place)] = {"customer_id": [TAKEN]}
        elif given is not None:
            seen.add(given)
    if refused:
        raise InvalidError({"contacts": refused})


def transferred(balances: Mapping[int, int], sender: int, receiver: int, amount: int) -> tuple[int, int]:
    """The sender's and the receiver's points after a transfer.

    `balances` maps the ids of the contacts that have a relationship to their points. Raises `InvalidError` naming
    `from`, `to` or `points`.
    """
    if sender == receiver:
        raise InvalidError({"to": ["Points move between two different contacts."]})
    for name, contact_id in (("from", sender), ("to", receiver)):
        if contact_id not in balances:
            raise InvalidError({name: ["There is no such contact, or it has no relationship."]})
    if balances[sender] < amount:
        raise InvalidError({"points": ["The sender does not have enough points."]})
    if balances[receiver] + amount > MAX_POINTS:
        raise InvalidError({"points": [f"The receiver would have more than {MAX_POINTS} points."]})
    return balances[sender] - amount, balances[receiver] + amount
