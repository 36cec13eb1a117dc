"""Query parameters for the description; the endpoints read them themselves, to refuse all others."""

from typing import Any

from ..application.parameters import PARAMETERS


def parameter(name: str, default: int, most: int) -> dict[str, Any]:
    """The one parameter of an endpoint, a whole number from 1 to `most`."""
    return {"parameters": [_query(name, {"type": "integer", "minimum": 1, "maximum": most, "default": default})]}


def listing() -> dict[str, Any]:
    """The parameters of the list."""
    return {"parameters": [_query(name, {"type": "string"}) for name in PARAMETERS]}


def group_by() -> dict[str, Any]:
    """The parameter of `aggregate`."""
    return {"parameters": [_query("group_by", {"type": "string", "default": "country"})]}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}
