"""Contacts to write."""

from typing import Any

ADDRESS = {
    "street": "Große Straße",
    "street_number": "12a",
    "city": "Łódź",
    "city_code": "90-001",
    "country": "Poland",
}
BODY: dict[str, Any] = {
    "first_name": "Contract",
    "last_name": "Ťest-Person",
    "gender": "F",
    "phone_number": "+49 (170) 123-4567",
    "birthday": "1984-02-29",
    "address": ADDRESS,
    "relationship": {"points": 420, "last_activity": "2024-01-02T03:04:05Z"},
}
