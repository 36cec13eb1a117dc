"""Spellings that Hypothesis makes up, of every type of value, are taken or refused as the grammar says, everywhere."""

import json
import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from . import grammar
from .answers import shape
from .odd_fields import accepted_fields, contact_with, refused_fields, shaped
from .odd_requests import CONTACTS, JSON
from .odd_values import EVERY_TIME, PARAMETERS
from .oracle import Oracle, instant
from .test_reading import agree
from .variants import Variant, checked

# What real values are made of, beside what only looks like it.
CHARACTERS = st.sampled_from(
    [*"0123456789+-_.,:;/TtZzWeExMFOid \t\n\r\xa0\u2212\u0660\u0967\uff11\u00b2\u200b\u3000\ufeff"]
)
LIMITS = settings(
    max_examples=50,
    derandomize="CI" in os.environ,
    database=None,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
Place = tuple[str, ...]


@st.composite
def edited(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> str:
    """A text with up to two characters put in, left out or replaced."""
    text = draw(texts)
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(text)))
        text = text[:place] + draw(CHARACTERS | st.just("")) + text[place + draw(st.integers(0, 1)) :]
    return text


def written(pattern: str) -> st.SearchStrategy[str]:
    """Texts that are as a pattern says."""
    return st.from_regex(pattern, fullmatch=True)


MADE = {
    "id": written(grammar.WHOLE),
    "points": written(grammar.WHOLE),
    "ids": st.lists(written(grammar.WHOLE), min_size=1, max_size=5).map(",".join),
    "date": written(grammar.DATE) | st.dates().map(str),
    "time": written(grammar.TIME) | st.datetimes().map(lambda moment: moment.isoformat()) | st.sampled_from(EVERY_TIME),
    "page_size": written(grammar.COUNT),
}


@st.composite
def spelled(draw: st.DrawFn) -> tuple[str, str, str]:
    """A type, a parameter of it, and a text that is a value of it, or nearly."""
    kind = draw(st.sampled_from(sorted(PARAMETERS)))
    names, values = PARAMETERS[kind]
    seeds = st.sampled_from([value for value in values if len(value) < 60])
    text = draw(edited(MADE[kind] | seeds if kind in MADE else seeds))
    return kind, draw(st.sampled_from(names)), text


@LIMITS
@given(spelling=spelled())
def test_a_made_up_spelling_is_taken_or_refused_as_the_grammar_says(
    variant: Variant, reference: Variant, oracle: Oracle, spelling: tuple[str, str, str]
) -> None:
    kind, name, text = spelling
    if kind == "cursor" and not text:
        return  # where pages have no cursors, it is an unknown parameter
    params = [(name, text), *([] if name == "page_size" else [("page_size", "3")])]
    if text and not grammar.accepted(kind, text):
        assert list(checked(variant.contacts(params), 400)) == [name]
    elif kind == "page" and text:
        assert variant.contacts(params).status_code == (200 if grammar.count(text) <= 500 else 404)
    elif kind == "search":
        assert variant.contacts(params).status_code == 200
    else:
        answer = agree(variant, reference, params)
        page = oracle.page(params)
        assert page is None or answer["results"] == page


@st.composite
def put(draw: st.DrawFn) -> tuple[Place, Any]:
    """A place in a contact, and a value of JSON for it."""
    rows = [*refused_fields(), *accepted_fields()]
    place = draw(st.sampled_from([row[0] for row in rows if row[0] in JUDGED]))
    raws = [json.loads(raw) for other, raw in rows if other == place]
    texts = st.sampled_from([raw for raw in raws if isinstance(raw, str)] or [""])
    made = MADE["time"] if place[-1] == "last_activity" else MADE["date"] if place[-1] == "birthday" else texts
    # JSON has neither NaN nor infinity: a body with one is none.
    numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    anything = st.none() | st.booleans() | numbers | st.lists(st.integers())
    return place, draw(edited(texts) | edited(made) | anything | st.integers(0, 2**31))


# Place → whether the contract takes a value there.
JUDGED: dict[Place, Callable[[Any], bool]] = {
    ("first_name",): lambda value: grammar.named(value, 100),
    ("address", "street"): lambda value: grammar.named(value, 100),
    ("address", "city_code"): lambda value: grammar.named(value, 16),
    ("relationship", "points"): lambda value: type(value) is int and 0 <= value <= grammar.MAX_POINTS,
    ("relationship", "last_activity"): lambda value: isinstance(value, str) and grammar.moment(value),
    ("gender",): lambda value: isinstance(value, str) and grammar.letter(value),
    ("phone_number",): lambda value: isinstance(value, str) and grammar.phone(value.strip()),
    ("customer_id",): lambda value: isinstance(value, str) and grammar.customer_id(value.strip()),
    ("birthday",): lambda value: isinstance(value, str) and grammar.day(value) and "0001-01-01" < value < "2026",
}


@LIMITS
@given(put=put())
def test_a_made_up_value_is_stored_or_refused_as_the_grammar_says(variant: Variant, put: tuple[Place, Any]) -> None:
    place, value = put
    if place == ("birthday",) and isinstance(value, str) and value >= "2026" and grammar.day(value):
        return
    raw = json.dumps(value)
    response = variant.http.post(CONTACTS, content=contact_with(place, raw), headers=dict(JSON))
    if not JUDGED[place](value):
        assert shape(checked(response, 400)) == shaped(place), raw
        return
    contact = checked(response, 201)
    variant.http.delete(f"{CONTACTS}{contact['id']}/")
    found: Any = contact
    for name in place:
        found = found[name]
    if place[-1] == "last_activity":
        assert instant(found) == instant(value)
    else:
        assert found == (value.strip() if isinstance(value, str) else value)
