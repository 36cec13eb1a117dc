"""The data of the contract: all that is said there is used, and the models of bodies say the same."""

import re
from typing import Any

import pytest
from contract import bodies
from contract.document import BODIES, MESSAGES
from pydantic import BaseModel

from scalebed.paths import ROOT

MODELS: dict[str, type[BaseModel]] = {
    "contact": bodies.ContactIn,
    "address": bodies.AddressIn,
    "relationship": bodies.RelationshipIn,
    "bulk": bodies.BulkIn,
    "transfer": bodies.TransferIn,
    "credentials": bodies.Credentials,
}
PATCHES: dict[str, type[BaseModel]] = {
    "contact": bodies.ContactPatch,
    "address": bodies.AddressPatch,
    "relationship": bodies.RelationshipPatch,
}


def schema(model: type[BaseModel]) -> dict[str, Any]:
    """A model as JSON Schema."""
    return model.model_json_schema(by_alias=True)


def nullable(properties: dict[str, Any]) -> set[str]:
    """The fields that may be null."""
    return {name for name, value in properties.items() if {"type": "null"} in value.get("anyOf", [])}


def test_every_sentence_is_said_somewhere_and_every_one_that_is_said_is_there() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "apps").rglob("*.py")))
    assert set(re.findall(r'MESSAGES\["(\w+)"\]', code)) == set(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES.values())
def test_every_sentence_is_one(message: str) -> None:
    assert re.fullmatch(r"[A-Z{].*\.", message)


def test_every_body_has_a_model() -> None:
    # The echo's is an answer too, and so each service's own.
    assert set(BODIES) == {*MODELS, "echo"}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_fields_of_its_body(name: str) -> None:
    said = schema(MODELS[name])
    assert list(said["properties"]) == list(BODIES[name])
    assert set(said.get("required", [])) == {field for field, has in BODIES[name].items() if has.get("required")}
    assert nullable(said["properties"]) == {field for field, has in BODIES[name].items() if has.get("nullable")}


@pytest.mark.parametrize("name", PATCHES)
def test_of_a_patch_nothing_is_required(name: str) -> None:
    said = schema(PATCHES[name])
    assert list(said["properties"]) == list(BODIES[name])
    assert "required" not in said
    assert nullable(said["properties"]) == {field for field, has in BODIES[name].items() if has.get("nullable")}


@pytest.mark.parametrize("name", MODELS)
def test_limits_of_a_model_are_those_of_the_data(name: str) -> None:
    for field, has in BODIES[name].items():
        said = schema(MODELS[name])["properties"][field]
        if has.get("kind") == "text" and "longest" in has and "pattern" not in has:
            assert said["maxLength"] == has["longest"]
        if "list" in has:
            assert (said["minItems"], said["maxItems"]) == (has["least"], has["most"])
