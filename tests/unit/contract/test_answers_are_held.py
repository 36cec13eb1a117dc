"""What the contract tests hold every answer to: a description's schemas, formats and statuses."""

from typing import Any

import httpx
import pytest

from tests.contract.description import Description

CONTACT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "at"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "at": {"type": "string", "format": "date-time"},
        "born": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "code": {"type": "string", "pattern": "^[A-Z]{3}-[0-9]{4}$"},
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/api/contacts/{id}/": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Contact"}}}},
                    "204": {},
                }
            }
        }
    },
    "components": {"schemas": {"Contact": CONTACT}},
}
FINE: dict[str, Any] = {"id": 1, "at": "2026-01-31T10:00:00Z", "born": "2000-02-29", "code": "ABC-1234"}


def answer(body: object, status: int = 200, method: str = "GET") -> httpx.Response:
    return httpx.Response(status, json=body, request=httpx.Request(method, "http://there/api/contacts/7/"))


@pytest.mark.parametrize("body", [FINE, {**FINE, "born": None}, {"id": 2, "at": "2026-01-31T10:00:00.000001Z"}])
def test_what_is_described_passes(body: dict[str, Any]) -> None:
    Description(DOCUMENT).check(answer(body))


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"id": 1}, '"at" is a required property'),
        ({**FINE, "id": "1"}, "id: "),
        ({**FINE, "id": True}, "id: "),
        ({**FINE, "id": 0}, "id: "),
        ({**FINE, "id": 1.5}, "id: "),
        ({**FINE, "at": "2026-01-31T10:00:00"}, "at: "),
        ({**FINE, "at": "2026-01-31T10:00:00+00:00"}, "at: "),
        ({**FINE, "at": "2026-02-31T10:00:00Z"}, "at: "),
        ({**FINE, "born": "2001-02-29"}, "born: "),
        ({**FINE, "code": "ABC-12345"}, "code: "),
        ({**FINE, "more": 1}, "'more' was unexpected"),
        ([FINE], 'is not of type "object"'),
    ],
)
def test_what_is_not_described_is_refused(body: object, told: str) -> None:
    with pytest.raises(AssertionError, match=told):
        Description(DOCUMENT).check(answer(body))


def test_statuses_methods_and_bodies_are_described_too() -> None:
    description = Description(DOCUMENT)
    with pytest.raises(AssertionError, match="404 is not described, but 200, 204"):
        description.check(answer(FINE, 404))
    with pytest.raises(AssertionError, match="has a body, which is not described"):
        description.check(answer(FINE, 204))
    with pytest.raises(AssertionError, match="has no delete in the description"):
        description.check(answer(FINE, 200, "DELETE"))
