"""The naive service is written as its framework's documentation teaches it; what it says itself is the contract's."""

import ast
import json
import subprocess
import sys
from typing import Any

import pytest
from contract.document import (
    BODIES,
    DOCUMENT,
    GROUPS,
    KINDS,
    LISTING,
    MAX_BODY,
    MAX_GROUPS,
    MAX_ID,
    MAX_PARAMETERS,
    MAX_POINTS,
    MESSAGES,
)
from contract.fields import FILTERS, ORDERABLE

from scalebed.paths import ROOT

NAIVE = ROOT / "apps" / "naive"
# The sentences that are its framework's, or that it words in its own way.
OWN_WORDS = {
    *("blank", "too_long", "surrogate", "gender", "gender_repeated", "whole_number_within", "whole_number_between"),
    *("count", "flag", "too_many_values", "too_many_characters", "too_many_terms", "ordering", "group"),
    *("too_many_parameters", "foreign_cursor", "cursor_of_another_ordering", "no_contact", "no_page", "method"),
    *("media_type", "no_json", "no_token", "wrong_credentials", "timeout", "no_database", "time_as_text"),
}
ASKED = """
import json, django
from django.conf import settings
django.setup()
from naive.contacts import fields, filters, pagination, selectors, serializers, spellings
from naive.basics import serializers as basics
def limits(serializer):
    return {name: {"longest": getattr(field, "max_length", None), "required": field.required, "null": field.allow_null,
                   "least": getattr(field, "min_value", None), "most": getattr(field, "max_value", None)}
            for name, field in serializer.fields.items() if not field.read_only}
whole = filters.ContactFilter.base_filters
print(json.dumps({
    "filters": sorted(whole),
    "ordering": [list(filters.ORDERING_FIELDS), list(filters.DEFAULT_ORDERING)],
    "searched": list(filters.SEARCH_FIELDS),
    "most": [filters.MAX_IN, filters.MAX_SEARCH_TERMS, filters.MAX_SEARCH_CHARACTERS, serializers.MAX_BULK],
    "numbers": [filters.MAX_ID, filters.MAX_POINTS, serializers.MAX_ID, serializers.MAX_POINTS],
    "pages": [pagination.ContactPagination.page_size, pagination.ContactPagination.max_page_size],
    "patterns": [spellings.WHOLE.pattern, spellings.DAY.pattern, spellings.MOMENT.pattern],
    "groups": [*selectors.GROUPS, selectors.MAX_GROUPS],
    "requests": [settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, settings.DATA_UPLOAD_MAX_MEMORY_SIZE],
    "bodies": {name: limits(made()) for name, made in {
        "contact": serializers.ContactSerializer, "address": serializers.AddressSerializer,
        "relationship": serializers.RelationshipSerializer, "transfer": serializers.TransferSerializer,
        "echo": basics.EchoSerializer}.items()},
    "basics": [[f.default, f.max_value] for s in (basics.JsonQuerySerializer, basics.CpuQuerySerializer)
               for f in s().fields.values()],
}))
"""


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    """What the service's own declarations say."""
    environment = {
        "PYTHONPATH": str(ROOT / "apps"),
        "DJANGO_SETTINGS_MODULE": "naive.config.settings",
        "SECRET_KEY": "test" * 16,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:9/nowhere",
    }
    asked = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=NAIVE, env=environment, check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


def literals() -> set[str]:
    """The texts of the service's code; `{}` stands for what is filled in."""
    found: set[str] = set()
    for file in NAIVE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                found.add("".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in node.values))
    return found


def test_its_sentences_are_the_contracts() -> None:
    there = literals()
    same = {name for name, message in MESSAGES.items() if message.replace("{most}", "{}") in there}
    assert same == set(MESSAGES) - OWN_WORDS


def test_its_parameters_are_the_contracts(said: dict[str, Any]) -> None:
    assert said["filters"] == sorted(FILTERS)
    assert said["ordering"] == [list(ORDERABLE), [LISTING["ordering"]]]
    assert said["searched"] == LISTING["searched"]
    assert said["groups"] == [*GROUPS, MAX_GROUPS]
    assert said["patterns"] == [KINDS[kind]["pattern"] for kind in ("id", "date", "time")]


def test_its_limits_are_the_contracts(said: dict[str, Any]) -> None:
    most = [LISTING["most_values"], LISTING["most_terms"], LISTING["most_characters"]]
    assert said["most"] == [*most, BODIES["bulk"]["contacts"]["most"]]
    assert said["numbers"] == [MAX_ID, MAX_POINTS] * 2
    assert said["requests"] == [MAX_PARAMETERS, MAX_BODY]
    assert said["pages"] == [LISTING["page_size"], LISTING["largest_page_size"]]
    assert said["basics"] == [[limits["default"], limits["most"]] for limits in DOCUMENT["basics"].values()]


@pytest.mark.parametrize("body", ["contact", "address", "relationship", "transfer", "echo"])
def test_its_bodies_are_the_contracts(said: dict[str, Any], body: str) -> None:
    serializer = said["bodies"][body]
    assert set(serializer) == set(BODIES[body])
    for name, field in BODIES[body].items():
        found = serializer[name]
        assert found["required"] == field.get("required", False), name
        assert found["null"] == field.get("nullable", False), name
        if "longest" in field:
            assert found["longest"] == field["longest"], name
        if found["most"] is not None:
            kind = KINDS.get(field["kind"], {})
            assert found["most"] == field.get("most", kind.get("most")), name
            assert found["least"] == field.get("least", -kind.get("most", 0)), name
