"""How a value of a kind is written, as JSON Schema."""

from collections.abc import Mapping
from typing import Any

from ..document import BODIES, GENDERS, GROUPS, KINDS, MAX_ID, MAX_POINTS
from ..parameters import MAX_TERMS

Json = dict[str, Any]

# Regular expressions that mean the same to ECMAScript, Python and pydantic. Blanks at both ends are cut, and NUL is
# refused.
NO_NUL = r"^[^\x00]*$"
WITHOUT_COMMA = r"^[^,\x00]+$"
TERMS = rf"^\s*([^\s\x00]+(\s+|$)){{0,{MAX_TERMS}}}$"
# RFC 3339's notation without its corners: no leap second, no more than microseconds, an offset that PostgreSQL takes.
MOMENT = f"^{KINDS['time']['pattern'].removesuffix('?')}$"

TEXT: Json = {"type": "string", "pattern": NO_NUL}
GENDER: Json = {"type": "string", "enum": list(GENDERS)}
GROUP: Json = {"type": "string", "enum": list(GROUPS)}
ID: Json = {"type": "integer", "format": "int64", "minimum": -MAX_ID, "maximum": MAX_ID}
POINTS: Json = {"type": "integer", "format": "int32", "minimum": -MAX_POINTS, "maximum": MAX_POINTS}
DAY: Json = {"type": "string", "format": "date"}
TIME: Json = {"type": "string", "format": "date-time", "pattern": MOMENT}
KIND: Mapping[str, Json] = {"text": TEXT, "gender": GENDER, "id": ID, "points": POINTS, "date": DAY, "time": TIME}


def text(longest: int) -> Json:
    """Text that is not blank, of at most `longest` characters without the blanks at both ends, which are cut."""
    inner = rf"[^\s\x00]([^\x00]{{0,{longest - 2}}}[^\s\x00])?"
    return {"type": "string", "pattern": rf"^\s*{inner}\s*$", "description": f"At most {longest} characters."}


def _form(field: Mapping[str, Any]) -> Json:
    """What a field of a body may be, as the contract's data have it."""
    if "list" in field:
        return {"type": "array", "maxItems": field["most"], "items": {**TEXT, **_length(field["characters"])}}
    if field["kind"] == "whole":
        return {"type": "integer", "minimum": field["least"], "maximum": field["most"]}
    if field["kind"] != "text":
        said = {"minimum": field.get("least"), "default": field.get("default")}
        future = {"description": "Not in the future."} if field.get("past") else {}
        return {**KIND[field["kind"]], **{key: value for key, value in said.items() if value is not None}, **future}
    if "pattern" in field:
        longest = {"maxLength": field["longest"]} if "longest" in field else {}
        return {"type": "string", **longest, "pattern": f"^{field['pattern']}$"}
    return text(field["longest"]) if "longest" in field else {**TEXT, **_length(field)}


def _length(characters: Mapping[str, int]) -> Json:
    names = {"least": "minLength", "most": "maxLength"}
    return {name: characters[limit] for limit, name in names.items() if limit in characters}


# What a field of a body may be, by its name. A service's models know which fields a body has, and which it needs.
FORMS: Mapping[str, Json] = {
    name: _form(field)
    for body, fields in BODIES.items()
    for name, field in fields.items()
    if "body" not in field and body != "bulk" and (body, name) != ("transfer", "points")
}
# What holds besides for a field of a body that a model describes.
_BULK = BODIES["bulk"]["contacts"]
LIMITS: Mapping[str, Json] = {"contacts": {"minItems": _BULK["least"], "maxItems": _BULK["most"]}}
# Points that are moved, in the body that says from where.
MOVED: Json = _form(BODIES["transfer"]["points"])


def page(*, cursors: bool) -> dict[str, Json]:
    """What a page says of itself; where pages go by cursor, contacts are not counted."""
    link: Json = {"type": ["string", "null"], "format": "uri"}
    return {"count": {"type": ["integer", "null"] if cursors else "integer"}, "next": link, "previous": link}
