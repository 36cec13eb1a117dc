"""The shared part of the descriptions: it knows the parameters that services read, and what bodies may be."""

import re
from typing import Any

import pytest
from contract.description import described
from contract.description.parameters import ORDERINGS, parameters_of
from contract.document import OPERATIONS
from contract.fields import ORDERABLE
from contract.parameters import PARAMETERS

REF = "#/components/schemas/"


def body(name: str) -> dict[str, Any]:
    """A request's body, as frameworks write it."""
    return {"content": {"application/json": {"schema": {"$ref": REF + name}}}}


DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "paths": {
        "/api/contacts/": {
            "get": {"responses": {"200": {"description": "OK"}, "422": {"description": "never"}}},
            "post": {"responses": {201: {"description": "Created"}}, "requestBody": body("Contact"), "security": [{}]},
        },
        "/api/contacts/{contact_id}/": {"patch": {"responses": {"200": {}}, "requestBody": body("Change")}},
        "/api/contacts/transfer/": {"post": {"responses": {"200": {}}, "requestBody": body("Transfer")}},
        "/api/auth/me/": {"get": {"responses": {"200": {}}}},
    },
    "components": {
        "schemas": {
            "Contact": {
                "type": "object",
                "required": ["first_name"],
                "properties": {"first_name": {"type": "string", "title": "x"}, "address": {"$ref": REF + "Address"}},
            },
            "Change": {"properties": {"first_name": {"default": None}, "address": {"$ref": REF + "Address"}}},
            "Address": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}},
            "Transfer": {"properties": {"from": {"type": "integer"}, "points": {"type": "integer"}}},
            "Page": {"properties": {"count": {}, "next": {"type": "string"}, "previous": {}, "results": {}}},
            "HTTPValidationError": {},
        }
    },
}
COMPLETE = described(DOCUMENT, cursors=True)
SCHEMAS = COMPLETE["components"]["schemas"]


def listed(*, cursors: bool) -> set[str]:
    """The parameters of the list."""
    return {parameter["name"] for parameter in parameters_of("contact_list", cursors=cursors)}


def test_the_list_has_the_parameters_that_services_read() -> None:
    assert listed(cursors=True) == set(PARAMETERS)
    assert listed(cursors=True) - listed(cursors=False) == {"cursor"}
    assert {name.removeprefix("-") for name in ORDERINGS} == set(ORDERABLE)


def test_refusals_are_those_that_come() -> None:
    listing, creation = COMPLETE["paths"]["/api/contacts/"].values()
    assert list(listing["responses"]) == ["200", "400", "404", "405", "503"]
    assert list(creation["responses"]) == ["201", "400", "405", "413", "415", "503"]
    assert "401" in COMPLETE["paths"]["/api/auth/me/"]["get"]["responses"]
    assert "HTTPValidationError" not in SCHEMAS


def test_a_token_is_asked_for_where_it_is_needed() -> None:
    operations = [operation for item in COMPLETE["paths"].values() for operation in item.values()]
    assert [operation["operationId"] for operation in operations if "security" in operation] == ["me"]


def test_fields_of_bodies_say_what_they_may_be() -> None:
    name = SCHEMAS["Contact"]["properties"]["first_name"]
    assert "title" not in name
    for good in ("a", " a b ", "x" * 100, "\n" + "x" * 100 + " "):
        assert re.search(name["pattern"], good)
    for bad in ("", " ", "x" * 101, "a\0b", "\0"):
        assert not re.search(name["pattern"], bad)
    assert SCHEMAS["Transfer"]["properties"]["points"]["minimum"] == 1
    assert SCHEMAS["Contact"]["required"] == ["first_name"]


def test_of_a_patch_nothing_is_required_nor_has_a_default() -> None:
    assert "default" not in SCHEMAS["Change"]["properties"]["first_name"]
    assert SCHEMAS["Change"]["properties"]["address"] == {"$ref": REF + "AddressPatch"}
    assert "required" not in SCHEMAS["AddressPatch"]
    assert SCHEMAS["Address"]["required"] == ["city"]
    assert COMPLETE["paths"]["/api/contacts/{id}/"]["patch"]["requestBody"]["required"]


@pytest.mark.parametrize(("cursors", "count"), [(True, ["integer", "null"]), (False, "integer")])
def test_a_page_says_what_it_counts(*, cursors: bool, count: object) -> None:
    page = described(DOCUMENT, cursors=cursors)["components"]["schemas"]["Page"]["properties"]
    assert page["count"] == {"type": count}
    assert page["next"]["type"] == ["string", "null"]


def test_an_operation_that_the_contract_does_not_know_is_an_error() -> None:
    with pytest.raises(KeyError):
        described({"paths": {"/api/other/": {"get": {"responses": {}}}}}, cursors=True)
    assert len(set(OPERATIONS.values())) == len(OPERATIONS)
