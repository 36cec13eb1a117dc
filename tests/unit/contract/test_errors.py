"""Pydantic's errors as the contract nests them."""

from typing import Any

from contract.errors import nested


def error(*loc: str | int, msg: str = "Wrong.") -> dict[str, Any]:
    """An error as pydantic tells it."""
    return {"loc": ("body", *loc), "msg": msg}


def test_errors_stand_where_the_values_did() -> None:
    errors = [error("first_name"), error("address", "city"), error("contacts", 3, "gender", msg="Value error, No.")]
    assert nested(errors, depth=1) == {
        "first_name": ["Wrong."],
        "address": {"city": ["Wrong."]},
        "contacts": {"3": {"gender": ["No."]}},
    }


def test_a_body_that_is_no_object_has_a_detail() -> None:
    assert nested([error()], depth=1) == {"detail": "Wrong."}


def test_what_is_inside_a_refused_object_adds_nothing() -> None:
    assert nested([error("address", msg="No."), error("address", "city")], depth=1) == {"address": ["No."]}


def test_a_framework_may_have_more_words_for_the_body() -> None:
    assert nested([{"loc": ("body", "body", "first_name"), "msg": "Wrong."}], depth=2) == {"first_name": ["Wrong."]}
