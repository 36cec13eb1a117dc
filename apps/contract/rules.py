"""What the values of a contact may be. Each rule gives a value back cleaned, or raises ValueError with a sentence."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from . import spellings
from .document import BODIES, MAX_POINTS, MESSAGES
from .errors import InvalidError

ADDRESS_FIELDS = tuple(BODIES["address"])
_CUSTOMER_ID = re.compile(BODIES["contact"]["customer_id"]["pattern"])
_PHONE = re.compile(BODIES["contact"]["phone_number"]["pattern"])
_LONGEST_PHONE: int = BODIES["contact"]["phone_number"]["longest"]
_FIRST_DAY = date.fromisoformat(BODIES["contact"]["birthday"]["after"])


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
        raise ValueError(MESSAGES["blank"])
    if len(value) > longest:
        raise ValueError(MESSAGES["too_long"].format(most=longest))
    return storable(value)


def storable(value: str) -> str:
    """Text that PostgreSQL can store: neither NUL nor half of a surrogate pair, which JSON can spell."""
    if "\0" in value:
        raise ValueError(MESSAGES["nul"])
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ValueError(MESSAGES["surrogate"])
    return value


def customer_id(value: str) -> str:
    """`CUST-` and 12 upper-case hex digits."""
    value = value.strip()
    if not _CUSTOMER_ID.fullmatch(value):
        raise ValueError(MESSAGES["customer_id"])
    return value


def phone_number(value: str) -> str:
    """At least three digits, and besides them only `+`, `-`, parentheses and blanks."""
    value = text(value, _LONGEST_PHONE)
    if not _PHONE.fullmatch(value):
        raise ValueError(MESSAGES["phone_number"])
    return value


def birthday(value: object) -> date:
    """A day as YYYY-MM-DD, not after today (UTC)."""
    if not isinstance(value, str):
        raise ValueError(MESSAGES["date"])  # noqa: TRY004  pydantic gathers ValueError alone
    born = spellings.day(value)
    if born == _FIRST_DAY:
        raise ValueError(MESSAGES["birthday_too_early"])
    if born > now().date():
        raise ValueError(MESSAGES["birthday_in_the_future"])
    return born


def time(value: object) -> datetime:
    """A date and time, UTC where it names no offset."""
    if not isinstance(value, str):
        raise ValueError(MESSAGES["time_as_text"])  # noqa: TRY004  as above
    return spellings.moment(value)


def whole(value: object) -> int:
    """A whole number of JSON: no text, no bool, and no number with a fraction or an exponent."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError(MESSAGES["whole_number"])


def points(value: object) -> int:
    """From 0 to `MAX_POINTS`."""
    number = whole(value)
    if not 0 <= number <= MAX_POINTS:
        raise ValueError(MESSAGES["whole_number_between"].format(least=0, most=MAX_POINTS))
    return number


def whole_address(address: Mapping[str, Any]) -> None:
    """Refuse a new address that lacks a field; raises `InvalidError` naming each."""
    missing = {name: [MESSAGES["required"]] for name in ADDRESS_FIELDS if name not in address}
    if missing:
        raise InvalidError({"address": missing})


def all_free(contacts: Sequence[Mapping[str, Any]], taken: set[str]) -> None:
    """Refuse contacts whose customer id is taken or stands earlier in the list; raises `InvalidError` by place."""
    seen = set(taken)
    refused: dict[str, Any] = {}
    for place, contact in enumerate(contacts):
        given = contact.get("customer_id")
        if given in seen:
            refused[str(place)] = {"customer_id": [MESSAGES["customer_id_taken"]]}
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
        raise InvalidError({"to": [MESSAGES["transfer_to_itself"]]})
    for name, contact_id in (("from", sender), ("to", receiver)):
        if contact_id not in balances:
            raise InvalidError({name: [MESSAGES["transfer_without_relationship"]]})
    if balances[sender] < amount:
        raise InvalidError({"points": [MESSAGES["too_few_points"]]})
    if balances[receiver] + amount > MAX_POINTS:
        raise InvalidError({"points": [MESSAGES["too_many_points"].format(most=MAX_POINTS)]})
    return balances[sender] - amount, balances[receiver] + amount
