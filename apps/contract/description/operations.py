"""A framework's document, completed: names of operations, parameters, refusals, bodies, and who must say who it is."""

from collections.abc import Mapping
from typing import Any

from ..document import OPERATIONS
from .bodies import forms
from .parameters import parameters_of
from .refusals import DETAIL, INVALID, refusals
from .values import Json, page

# Address and method → the operation's name.
NAMES: Mapping[tuple[str, str], str] = {
    (address, method.lower()): name for name, (method, address) in OPERATIONS.items()
}
PROTECTED = frozenset({"me"})
# What FastAPI has for a refusal of its own.
FOREIGN = frozenset({"HTTPValidationError", "ValidationError"})


def described(document: Mapping[str, Any], *, cursors: bool) -> Json:
    """The document with all that the framework could not know; `cursors`: pages go by cursor.

    Raises KeyError for an operation that the contract does not know.
    """
    paths = {
        address: {method: _completed(address, method, operation, cursors=cursors) for method, operation in item.items()}
        for path, item in document["paths"].items()
        for address in [path.replace("{contact_id}", "{id}")]
    }
    components = document.get("components", {})
    given = {
        name: _answer(schema, cursors=cursors)
        for name, schema in components.get("schemas", {}).items()
        if name not in FOREIGN
    }
    paths, schemas = forms(paths, given)
    return {
        **document,
        "paths": paths,
        "components": {
            **components,
            "schemas": {**schemas, "Detail": DETAIL, "Invalid": INVALID},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _answer(schema: Mapping[str, Any], *, cursors: bool) -> Json:
    properties = schema.get("properties", {})
    return {**schema, "properties": {**properties, **page(cursors=cursors)}} if "next" in properties else dict(schema)


def _completed(path: str, method: str, generated: Mapping[str, Any], *, cursors: bool) -> Json:
    name = NAMES[path, method]
    successes = {str(status): answer for status, answer in generated["responses"].items() if str(status)[0] == "2"}
    return {
        **{key: value for key, value in generated.items() if key not in {"security", "summary"}},
        "operationId": name,
        "parameters": parameters_of(name, cursors=cursors),
        "responses": {**successes, **refusals(name, path, method)},
        **({"security": [{"bearer": []}]} if name in PROTECTED else {}),
    }
