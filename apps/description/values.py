"""How a value of a kind is written, as JSON Schema."""

from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

# Regular expressions that mean the same to ECMAScript, Python and pydantic. Blanks at both ends are cut, and NUL is
# refused.
NO_NUL = r"^[^\x00]*$"
WITHOUT_COMMA = r"^[^,\x00]+$"
AT_MOST_8_TERMS = r"^\s*([^\s\x00]+(\s+|$)){0,8}$"
# RFC 3339's notation without its corners: no leap second, no more than microseconds, an offset that PostgreSQL takes.
MOMENT = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-](0[0-9]|1[0-5]):[0-5][0-9])$"
)
MAX_ID = 2**63 - 1
MAX_POINTS = 2**31 - 1
MAX_IN = 100

TEXT: Json = {"type": "string", "pattern": NO_NUL}
GENDER: Json = {"type": "string", "enum": ["M", "F", "O"]}
GROUP: Json = {"type": "string", "enum": ["country", "city", "gender"]}
ID: Json = {"type": "integer", "format": "int64", "minimum": -MAX_ID, "maximum": MAX_ID}
POINTS: Json = {"type": "integer", "format": "int32", "minimum": -MAX_POINTS, "maximum": MAX_POINTS}
DAY: Json = {"type": "string", "format": "date"}
TIME: Json = {"type": "string", "format": "date-time", "pattern": MOMENT}


def text(longest: int) -> Json:
    """Text that is not blank, of at most `longest` characters without the blanks at both ends, which are cut."""
    inner = rf"[^\s\x00]([^\x00]{{0,{longest - 2}}}[^\s\x00])?"
    return {"type": "string", "pattern": rf"^\s*{inner}\s*$", "description": f"At most {longest} characters."}


# What a field of a body may be, by its name. A service's models know which fields a body has, and which it needs.
FORMS: Mapping[str, Json] = {
    "first_name": text(100),
    "last_name": text(100),
    "gender": GENDER,
    "customer_id": {"type": "string", "pattern": "^CUST-[0-9A-F]{12}$"},
    "phone_number": {"type": "string", "maxLength": 32, "pattern": r"^[-+ ()]*([0-9][-+ ()]*){3,}$"},
    "birthday": {**DAY, "description": "Not in the future."},
    "street": text(100),
    "street_number": text(16),
    "city": text(100),
    "city_code": text(16),
    "country": text(100),
    "points": {**POINTS, "minimum": 0, "default": 0},
    "last_activity": TIME,
    "from": ID,
    "to": ID,
    "username": {**TEXT, "minLength": 1},
    "password": {**TEXT, "minLength": 1},
    "name": text(100),
    "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
    "quantity": {"type": "integer", "minimum": 0, "maximum": 1000},
    "tags": {"type": "array", "maxItems": 20, "items": {**TEXT, "minLength": 1, "maxLength": 50}},
}
# What holds besides for a field of a body that a model describes.
LIMITS: Mapping[str, Json] = {"contacts": {"minItems": 1, "maxItems": 2000}}
# Points that are moved, in the body that says from where.
MOVED: Json = {**POINTS, "minimum": 1}


def page(*, cursors: bool) -> dict[str, Json]:
    """What a page says of itself; where pages go by cursor, contacts are not counted."""
    link: Json = {"type": ["string", "null"], "format": "uri"}
    return {"count": {"type": ["integer", "null"] if cursors else "integer"}, "next": link, "previous": link}
