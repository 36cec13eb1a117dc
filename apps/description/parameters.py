"""The query and path parameters of every operation."""

from collections.abc import Iterator, Mapping

from .values import (
    AT_MOST_8_TERMS,
    DAY,
    GENDER,
    GROUP,
    ID,
    MAX_IN,
    NO_NUL,
    POINTS,
    TEXT,
    TIME,
    WITHOUT_COMMA,
    Json,
)

# Kind → how a value is written, and the lookups that a field of the kind has; the first is by the bare name.
KINDS: Mapping[str, tuple[Json, tuple[str, ...]]] = {
    "text": (TEXT, ("", "icontains", "istartswith", "in")),
    "gender": (GENDER, ("", "in")),
    "id": (ID, ("", "gt", "gte", "lt", "lte", "in")),
    "points": (POINTS, ("", "gt", "gte", "lt", "lte")),
    "date": (DAY, ("", "gte", "lte")),
    "time": (TIME, ("gte", "lte")),
}
# Field → its kind.
FIELDS: Mapping[str, str] = {
    "id": "id",
    "first_name": "text",
    "last_name": "text",
    "gender": "gender",
    "customer_id": "text",
    "phone_number": "text",
    "birthday": "date",
    "created": "time",
    "last_updated": "time",
    "address__street": "text",
    "address__street_number": "text",
    "address__city": "text",
    "address__city_code": "text",
    "address__country": "text",
    "relationship__points": "points",
    "relationship__created": "time",
    "relationship__last_activity": "time",
}
ORDERINGS = [f"{sign}{name}" for name in FIELDS if name != "address__street_number" for sign in ("", "-")]


def parameters_of(operation: str, *, cursors: bool) -> list[Json]:
    """The parameters of an operation, by its name; `cursors`: pages go by cursor."""
    if operation == "contact_list":
        return list(_listing(cursors=cursors))
    if operation in {"contact_read", "contact_replace", "contact_change", "contact_remove"}:
        return [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}]
    own: Mapping[str, Json] = {
        "contact_aggregate": _query("group_by", {**GROUP, "default": "country"}),
        "basics_json": _query("items", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 50}),
        "basics_cpu": _query("n", {"type": "integer", "minimum": 1, "maximum": 100_000, "default": 2000}),
    }
    return [own[operation]] if operation in own else []


def _listing(*, cursors: bool) -> Iterator[Json]:
    yield _query("page_size", {"type": "integer", "minimum": 1, "default": 50}, "Above 200 it counts as 200.")
    yield _query("page", {"type": "integer", "minimum": 1})
    if cursors:
        yield _query("cursor", {"type": "string", "pattern": NO_NUL}, "Comes in `next` and `previous`; it is signed.")
    yield _list("ordering", {"type": "string", "enum": ORDERINGS}, "`-` descends; without it the newest come first.")
    search = {"type": "string", "maxLength": 100, "pattern": AT_MOST_8_TERMS}
    yield _query("search", search, "Terms between blanks, all of which must match.")
    for field, kind in FIELDS.items():
        schema, lookups = KINDS[kind]
        for lookup in lookups:
            if lookup == "in":
                items = {**schema, "pattern": WITHOUT_COMMA} if kind == "text" else schema
                yield _list(f"{field}__in", items, f"At most {MAX_IN} of them.", maxItems=MAX_IN)
            else:
                yield _query(f"{field}__{lookup}" if lookup else field, schema)
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
