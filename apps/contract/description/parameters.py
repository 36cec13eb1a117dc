"""The query and path parameters of every operation."""

from collections.abc import Iterator, Mapping

from ..document import DEFAULT_GROUP, DOCUMENT
from ..fields import FIELDS, ORDERABLE
from ..parameters import DEFAULT_PAGE_SIZE, MAX_IN, MAX_PAGE_SIZE, MAX_SEARCH
from .values import GROUP, KIND, NO_NUL, TERMS, WITHOUT_COMMA, Json

ORDERINGS = [f"{sign}{name}" for name in ORDERABLE for sign in ("", "-")]


def parameters_of(operation: str, *, cursors: bool) -> list[Json]:
    """The parameters of an operation, by its name; `cursors`: pages go by cursor."""
    if operation == "contact_list":
        return list(_listing(cursors=cursors))
    if operation in {"contact_read", "contact_replace", "contact_change", "contact_remove"}:
        return [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}]
    own: Mapping[str, Json] = {
        "contact_aggregate": _query("group_by", {**GROUP, "default": DEFAULT_GROUP}),
        "basics_json": _basic("items"),
        "basics_cpu": _basic("n"),
    }
    return [own[operation]] if operation in own else []


def _basic(name: str) -> Json:
    limits = DOCUMENT["basics"][name]
    return _query(name, {"type": "integer", "minimum": 1, "maximum": limits["most"], "default": limits["default"]})


def _listing(*, cursors: bool) -> Iterator[Json]:
    size = {"type": "integer", "minimum": 1, "default": DEFAULT_PAGE_SIZE}
    yield _query("page_size", size, f"Above {MAX_PAGE_SIZE} it counts as {MAX_PAGE_SIZE}.")
    yield _query("page", {"type": "integer", "minimum": 1})
    if cursors:
        yield _query("cursor", {"type": "string", "pattern": NO_NUL}, "Comes in `next` and `previous`; it is signed.")
    yield _list("ordering", {"type": "string", "enum": ORDERINGS}, "`-` descends; without it the newest come first.")
    search = {"type": "string", "maxLength": MAX_SEARCH, "pattern": TERMS}
    yield _query("search", search, "Terms between blanks, all of which must match.")
    for field in FIELDS:
        schema = KIND[field.kind]
        for lookup in field.lookups:
            if lookup == "in":
                items = {**schema, "pattern": WITHOUT_COMMA} if field.kind == "text" else schema
                yield _list(f"{field.name}__in", items, f"At most {MAX_IN} of them.", maxItems=MAX_IN)
            else:
                yield _query(field.name if lookup == "exact" else f"{field.name}__{lookup}", schema)
    for table in ("address", "relationship"):
        yield _query(f"{table}__isnull", {"type": "boolean"})


def _query(name: str, schema: Json, description: str = "") -> Json:
    said = {"description": description} if description else {}
    # An empty value is as good as none.
    return {"name": name, "in": "query", "required": False, "allowEmptyValue": True, **said, "schema": schema}


def _list(name: str, items: Json, description: str, **limits: int) -> Json:
    """A parameter of values between commas."""
    schema = {"type": "array", "items": items, **limits}
    return {**_query(name, schema, description), "style": "form", "explode": False}
