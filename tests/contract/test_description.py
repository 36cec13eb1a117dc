"""The description of a service says what is so: no more than what comes, no less, and the same of every service.

That no answer of any test is one that the description lacks is held by `Variant`, for every request of this folder.
"""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from .bodies import BODY
from .description import Description
from .variants import VARIANTS, Entry, Variant, checked

pytestmark = pytest.mark.whole
JSON = {"Content-Type": "application/json"}
SHORT = {"/api/contacts/": {"page_size": "1"}}
NOBODY = "999999999"
# How each refusal is provoked; 413 depends on who stands in front, and 503 needs a database that is slow or away.
ELSEWHERE = {"413", "503"}
TRANSFER = {"from": 1, "to": 2, "points": 1}
ECHO = {"name": "a", "code": "ABC-1234", "quantity": 1, "tags": []}
GOOD: Mapping[str, Any] = {
    "contact_create": BODY,
    "contact_replace": BODY,
    "contact_change": {"first_name": "Other"},
    "contact_create_bulk": {"contacts": [BODY]},
    "points_transfer": TRANSFER,
    "token_create": {"username": "bench", "password": "bench"},
    "basics_echo": ECHO,
}
Asked = tuple[str, str, dict[str, Any]]


def provoking(operation: str, method: str, address: str, status: str, parameter: str) -> Asked:
    """A request that the contract answers with this status; `parameter` is one that the operation reads."""
    body: dict[str, Any] = {"json": GOOD[operation]} if operation in GOOD else {}
    others: dict[str, Asked] = {
        "405": ("POST" if "contacts/" in address and address[-2].isdigit() else "PUT", address, {}),
        "415": (method, address, {"content": b"x", "headers": {"Content-Type": "text/plain"}}),
        "400": (method, address, {"content": b"{", "headers": JSON})
        if body
        else (method, f"{address}?{parameter}=x", {}),
        "404": (method, f"{address}?page=100000" if operation == "contact_list" else address, body),
        "401": (method, address, {"json": {"username": "bench", "password": "wrong"}} if body else {}),
    }
    return others.get(status, (method, address, body))


def test_every_described_answer_comes(variant: Variant, make: Any, made: list[int]) -> None:
    token = checked(variant.http.post("/api/auth/token/", json=GOOD["token_create"]))["access"]
    missed = []
    for path, method, operation in variant.description.operations():
        name = operation["operationId"]
        known = [item["name"] for item in operation.get("parameters", []) if item["in"] == "query"]
        for status in sorted(operation["responses"].keys() - ELSEWHERE):
            contact = str(make()["id"]) if "{id}" in path and status != "404" else NOBODY
            asked, url, more = provoking(name, method, path.replace("{id}", contact), status, [*known, "unknown"][0])
            if name == "points_transfer" and status == "200":
                more = {"json": TRANSFER | {"from": make()["id"], "to": make()["id"]}}
            if name == "me" and status != "401":
                more |= {"headers": {"Authorization": f"Bearer {token}"}}
            answer = variant.http.request(asked.upper(), url, **more)
            if answer.status_code == 201:
                made += answer.json().get("ids") or [answer.json()["id"]]
            if str(answer.status_code) != status:
                missed.append(f"{asked} {url}: {answer.status_code}, not {status}")
    assert not missed


def test_the_document_is_whole(variant: Variant) -> None:
    document = variant.description.document
    assert document["openapi"].startswith("3.1")
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    # Resolves every reference, or raises KeyError.
    assert variant.description.meaning()
    names = []
    for path, _, operation in variant.description.operations():
        names.append(operation["operationId"])
        given_in_path = [item["name"] for item in operation.get("parameters", []) if item["in"] == "path"]
        assert given_in_path == (["id"] if "{id}" in path else [])
        for parameter in operation.get("parameters", []):
            Draft202012Validator.check_schema(parameter["schema"])
    assert len(set(names)) == len(names)


def test_every_service_says_the_same(variant: Variant, reference: Variant) -> None:
    ours, theirs = variant.description.meaning(), reference.description.meaning()
    listing = ours["get /api/contacts/"]
    if VARIANTS.get(variant.name, Entry()).can.keyset:
        cursor = listing["parameters"].pop(("query", "cursor"))
        assert cursor["schema"]["type"] == "string"
        count = listing["answers"]["200"]["application/json"]["schema"]["properties"]["count"]
        assert count.pop("null")
    assert ours == theirs


def test_every_described_parameter_is_known(variant: Variant) -> None:
    for path, method, operation in variant.description.operations():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                # One contact says as much as fifty, for each of which some services ask their database twice.
                params = {**SHORT.get(path, {}), parameter["name"]: ""}
                answer = variant.http.request(method.upper(), path, params=params)
                assert answer.status_code == 200, answer.text


def values(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of a parameter or of a field, as its schema has them."""
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kinds: Mapping[str, Callable[[], st.SearchStrategy[Any]]] = {
        "array": lambda: st.lists(values(schema["items"]), min_size=schema.get("minItems", 0), max_size=4),
        "integer": lambda: st.integers(schema["minimum"], schema.get("maximum")),
        "boolean": st.booleans,
        "string": lambda: texts(schema),
    }
    return kinds[schema["type"]]()


def texts(schema: Mapping[str, Any]) -> st.SearchStrategy[str]:
    """Texts as a schema has them."""
    if schema.get("format") == "date":
        return st.dates().map(str)
    # Python's `$` would let a line end follow.
    found = st.from_regex(schema["pattern"].removesuffix("$") + r"\Z").filter(storable)
    if schema.get("format") == "date-time":
        # The pattern knows no months: a day that there is, far enough from the ends of time for any offset.
        return found.map(lambda text: "2024-02-29" + text[10:])
    limits = {key: schema[key] for key in ("minLength", "maxLength") if key in schema}
    return found.filter(Draft202012Validator(limits).is_valid)


def storable(text: str) -> bool:
    """Whether a text can be sent as UTF-8."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def spelt(value: Any) -> str:
    """A parameter's value as a client writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


RELAXED = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_what_parameters_may_be_is_taken(variant: Variant) -> None:
    for path, _, operation in variant.description.operations():
        # A cursor is signed, so that nobody can make one up.
        known = {
            parameter["name"]: values(parameter["schema"])
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "query" and parameter["name"] != "cursor"
        }
        if known:
            takes(variant, path, known)


def takes(variant: Variant, path: str, known: Mapping[str, st.SearchStrategy[Any]]) -> None:
    """GET with parameters drawn, a few at once: all of them would not fit into a URL."""
    pairs = st.one_of(*(st.tuples(st.just(name), value) for name, value in known.items()))

    @RELAXED
    @given(st.lists(pairs, max_size=5))
    def taken(drawn: list[tuple[str, Any]]) -> None:
        asked = {name: spelt(value) for name, value in drawn}
        answer = variant.http.get(path, params=asked | SHORT.get(path, {}))
        assert answer.status_code in {200, 404}, f"{asked}: {answer.text}"

    taken()


@pytest.mark.parametrize("operation", ["basics_echo", "contact_create"])
def test_what_a_body_may_be_is_taken(variant: Variant, made: list[int], operation: str) -> None:
    path = {"basics_echo": "/api/basics/echo/", "contact_create": "/api/contacts/"}[operation]
    body = variant.description.meaning()[f"post {path}"]["body"]["content"]["application/json"]["schema"]
    bodies = objects(body)

    @RELAXED
    @given(bodies)
    def taken(sent: dict[str, Any]) -> None:
        answer = variant.http.post(path, json=sent)
        # What a schema cannot say: not in the future, and nobody else's.
        if answer.status_code == 400 and answer.json().keys() <= {"birthday", "customer_id"}:
            return
        assert answer.status_code in {200, 201}, f"{sent}: {answer.text}"
        if operation == "contact_create":
            made.append(answer.json()["id"])

    taken()


def objects(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Objects as a schema without references has them."""
    required = set(schema["required"]) if "required" in schema else set[str]()
    fields = {name: field(inner) for name, inner in schema["properties"].items()}
    return st.fixed_dictionaries(
        {name: value for name, value in fields.items() if name in required},
        optional={name: value for name, value in fields.items() if name not in required},
    )


def field(schema: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values of one field, an object among them."""
    found = objects(schema) if schema["type"] == "object" else values(schema)
    return st.none() | found if schema.get("null") else found


def test_an_answer_that_is_not_described_is_noticed(reference: Variant) -> None:
    path = "/api/contacts/stats/"
    answer = reference.http.get(path)
    document = reference.description.document

    def with_answers(answers: Mapping[str, Any]) -> Description:
        return Description({**document, "paths": {path: {"get": {"responses": answers}}}})

    described = document["paths"][path]["get"]["responses"]
    with_answers(described).check(answer)
    with pytest.raises(AssertionError, match="→ 200 is not described, but 503"):
        with_answers({"503": described["503"]}).check(answer)
    with pytest.raises(AssertionError, match=r"'detail' is a required property|Additional properties"):
        with_answers({"200": described["503"]}).check(answer)
