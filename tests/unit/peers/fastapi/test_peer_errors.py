"""Pydantic's errors as the contract nests them."""

from typing import Any

from peers.fastapi.contacts.api.errors import nested


def error(*loc: str | int, msg: str = "Wrong.") -> dict[str, Any]:
    """An error as pydantic tells it."""
    return {"loc": ("body", *loc), "msg": msg}


def test_errors_stand_where_the_values_did() -> None:
    errors = [error("first_name"), error("address", "city"), error("contacts", 3, "gender", msg="Value error, No.")]
    assert nested(errors) == {
        "first_name": ["Wrong."],
        "address": {"city": ["Wrong."]},
        "contacts": {"3": {"gender": ["No."]}},
    }


def test_a_body_that_is_no_object_has_a_detail() -> None:
    assert nested([error()]) == {"detail": "Wrong."}


def test_what_is_inside_a_refused_object_adds_nothing() -> None:
    assert nested([error("address", msg="No."), error("address", "city")]) == {"address": ["No."]}
