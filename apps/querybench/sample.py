"""Values to ask for, drawn from the rows themselves: the same ones for the same rows and seed, in any variant."""

from __future__ import annotations

import random
from dataclasses import dataclass

from django.db import connection

_CONTACT = """
SELECT u.id, u.first_name, u.last_name, u.phone_number, a.city, a.country
FROM app_user u JOIN address a ON a.id = u.address_id JOIN customer_relationship r ON r.appuser_id = u.id
WHERE u.id BETWEEN %s AND %s ORDER BY u.id LIMIT 1
"""
# Long enough that one of them has an address and a relationship, as most contacts do.
_STRETCH = 200


class EmptyError(Exception):
    """There are no contacts to ask for; the message says what to do."""


@dataclass(frozen=True)
class Sample:
    """How many contacts there are, and one of them that has all parts."""

    contacts: int
    contact_id: int
    first_name: str
    last_name: str
    phone_number: str
    city: str
    country: str


def draw(seed: int) -> Sample:
    """Draw a contact; raises `EmptyError` where there is none with an address and a relationship."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(min(id), 0), coalesce(max(id), 0) FROM app_user")
        contacts, lowest, highest = cursor.fetchone()
        generator = random.Random(seed)
        for _ in range(100):
            first = generator.randint(lowest, max(lowest, highest - _STRETCH))
            cursor.execute(_CONTACT, [first, first + _STRETCH])
            if row := cursor.fetchone():
                return Sample(contacts, *row)
    raise EmptyError("There are no contacts to ask for: run `manage.py generate_data` first.")
