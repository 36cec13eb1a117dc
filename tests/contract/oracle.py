"""What the contract says a list must hold, worked out from all contacts without any service."""

import operator
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

from .variants import Contact, Pairs

# Text is ordered as the database's collation says, which is not the contract's to know.
COMPARABLE = {
    "id",
    "birthday",
    "created",
    "last_updated",
    "relationship__points",
    "relationship__created",
    "relationship__last_activity",
}
TIMES = {"created", "last_updated", "relationship__created", "relationship__last_activity"}
WHOLE = {"id", "relationship__points"}
SEARCHED = ("first_name", "last_name", "customer_id", "phone_number", "address__city")
NOT_FILTERS = {"page", "page_size", "ordering", "search"}


@cache
def upper(text: str) -> str:
    """Return the text in upper case character for character, as PostgreSQL does it (ß stays)."""
    return "".join(raised if len(raised := character.upper()) == 1 else character for character in text)


def instant(text: str) -> datetime:
    """Return the moment of an ISO 8601 text, in UTC where it names no offset."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def field_value(contact: Contact, field: str) -> Any:
    """Return what stands in a field such as `address__city`; None where the contact has no address."""
    head, _, tail = field.partition("__")
    value = contact[head]
    if not tail:
        return instant(value) if field in TIMES else value
    if value is None:
        return None
    return instant(value[tail]) if field in TIMES else value[tail]


def parse(field: str, text: str) -> Any:
    """Return a parameter's value as the field's type."""
    if field in WHOLE:
        return int(text)
    return instant(text) if field in TIMES else text


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[str, Any, str], bool]:
    return lambda field, value, text: compare(value, parse(field, text))


# From a field, its value in a contact, and the text of a parameter, to whether it lets the contact through.
LOOKUPS: dict[str, Callable[[str, Any, str], bool]] = {
    "exact": _compared(operator.eq),
    "gt": _compared(operator.gt),
    "gte": _compared(operator.ge),
    "lt": _compared(operator.lt),
    "lte": _compared(operator.le),
    "in": lambda field, value, text: value in {parse(field, part) for part in text.split(",")},
    "icontains": lambda field, value, text: upper(text) in upper(value),
    "istartswith": lambda field, value, text: upper(value).startswith(upper(text)),
}


def matches(contact: Contact, name: str, text: str) -> bool:
    """Tell whether one filter lets a contact through."""
    field, _, lookup = name.rpartition("__")
    if lookup == "isnull":
        return (contact[field] is None) == (text == "true")
    if lookup not in LOOKUPS:
        field, lookup = name, "exact"
    value = field_value(contact, field)
    if value is None:
        return False
    return LOOKUPS[lookup](field, value, text)


def found_by(contact: Contact, search: str) -> bool:
    """Tell whether every term is a substring of some searched field."""
    values = [upper(field_value(contact, field) or "") for field in SEARCHED]
    return all(any(upper(term) in value for value in values) for term in search.split())


class Oracle:
    """All contacts in the order of their ids."""

    def __init__(self, contacts: list[Contact]) -> None:
        self.contacts = contacts
        # Every variant asks for the same.
        self._matching: dict[tuple[tuple[str, str], ...], list[Contact]] = {}
        self._ordered: dict[tuple[tuple[str, str], ...], list[Contact] | None] = {}

    def matching(self, params: Pairs) -> list[Contact]:
        """Return the contacts that a query must find, in the order of their ids."""
        key = tuple(params)
        if key not in self._matching:
            self._matching[key] = self._found(params)
        return list(self._matching[key])

    def _found(self, params: Pairs) -> list[Contact]:
        # The last of repeated parameters counts, and an empty one is none.
        given = {name: value for name, value in dict(params).items() if value}
        filters = {name: value for name, value in given.items() if name not in NOT_FILTERS}
        return [
            contact
            for contact in self.contacts
            if all(matches(contact, name, value) for name, value in filters.items())
            and found_by(contact, given.get("search", ""))
        ]

    def ordered(self, params: Pairs) -> list[Contact] | None:
        """Return the contacts that a query must find in its order; None where only the collation knows it."""
        key = tuple(params)
        if key not in self._ordered:
            self._ordered[key] = self._sorted(params)
        contacts = self._ordered[key]
        return None if contacts is None else list(contacts)

    def _sorted(self, params: Pairs) -> list[Contact] | None:
        fields = (dict(params).get("ordering") or "-created").split(",")
        if not {field.lstrip("-") for field in fields} <= COMPARABLE:
            return None
        if not {"id", "-id"} & set(fields):
            fields.append("-id" if fields[-1].startswith("-") else "id")
        contacts = self.matching(params)
        for field in reversed(fields):
            contacts.sort(key=_null_last(field.lstrip("-")), reverse=field.startswith("-"))
        return contacts

    def page(self, params: Pairs) -> list[Contact] | None:
        """Return what the asked page must hold, or None as `ordered` does."""
        contacts = self.ordered(params)
        if contacts is None:
            return None
        given = dict(params)
        size = min(int(given.get("page_size") or 50), 200)
        start = (int(given.get("page") or 1) - 1) * size
        return contacts[start : start + size]

    def some(self, *needs: Literal["address", "relationship"]) -> Contact:
        """Return a contact from the middle that has what is needed."""
        having = [contact for contact in self.contacts if all(contact[need] is not None for need in needs)]
        return having[len(having) // 2]


def _null_last(field: str) -> Callable[[Contact], tuple[bool, Any]]:
    def key(contact: Contact) -> tuple[bool, Any]:
        value = field_value(contact, field)
        return (value is None, 0 if value is None else value)

    return key
