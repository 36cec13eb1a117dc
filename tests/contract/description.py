"""A service's OpenAPI document: answers are held to it, and it is compared with another's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import httpx
from jsonschema_rs import Draft202012, Draft202012Validator, Registry

HERE = "urn:document"
METHODS = ("get", "post", "put", "patch", "delete")
JSON = "application/json"
# What says how a value is to be read by people, or where a framework found it.
WORDS = frozenset({"title", "description", "summary", "example", "examples", "tags", "operationId"})
# What narrows a value. Of answers a service may say more or less of it, depending on its models.
LIMITS = frozenset({"pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems"})

MOMENT = re.compile(r"[-0-9]+T[:0-9]+(\.[0-9]{6})?Z")


def _is_moment(value: str) -> bool:
    """Whether a text is an ISO 8601 moment of UTC, as answers have them."""
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return MOMENT.fullmatch(value) is not None


class Description:
    """The document of one variant."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self._registry = Registry([(HERE, dict(document))], draft=Draft202012)
        self._paths = {
            path: re.compile("[^/]+".join(re.escape(part) for part in re.split(r"\{[^}]+\}", path)))
            for path in document["paths"]
        }
        self._validators: dict[str, Draft202012Validator] = {}

    def path_of(self, address: str) -> str | None:
        """The described path that an address belongs to; one without parameters goes before."""
        found = [path for path, pattern in self._paths.items() if pattern.fullmatch(address)]
        return min(found, key=lambda path: path.count("{"), default=None)

    def check(self, response: httpx.Response) -> None:
        """Fail where the answer is not one that the document has for what was asked."""
        request = response.request
        path = self.path_of(unquote(request.url.path))
        if path is None:
            return
        method = "get" if request.method == "HEAD" else request.method.lower()
        asked = f"{request.method} {request.url} → {response.status_code}"
        operation = self.document["paths"][path].get(method)
        if operation is None:
            assert response.status_code == 405, f"{asked}: {path} has no {method} in the description"
            operation = next(iter(self.document["paths"][path].values()))
            method = next(iter(self.document["paths"][path]))
        answers = operation["responses"]
        assert str(response.status_code) in answers, f"{asked} is not described, but {', '.join(answers)}"
        if request.method == "HEAD":
            return
        content = answers[str(response.status_code)].get("content")
        if content is None:
            assert response.content == b"", f"{asked} has a body, which is not described"
            return
        said = response.headers["Content-Type"].partition(";")[0]
        assert said in content, f"{asked} is {said}, which is not described"
        pointer = "/".join(_escaped(part) for part in ("paths", path, method, "responses", str(response.status_code)))
        self.validate(f"/{pointer}/content/{_escaped(said)}/schema", response.json(), asked)

    def validate(self, pointer: str, value: object, what: str) -> None:
        """Fail where a value is not as the schema at a place of the document has it."""
        validator = self._validators.get(pointer)
        if validator is None:
            schema, formats = {"$ref": f"{HERE}#{pointer}"}, {"date-time": _is_moment}
            validator = Draft202012Validator(schema, registry=self._registry, validate_formats=True, formats=formats)
            self._validators[pointer] = validator
        errors = [
            f"{'/'.join(map(str, error.instance_path))}: {error.message}" for error in validator.iter_errors(value)
        ]
        assert not errors, f"{what}: {'; '.join(errors)}"

    def operations(self) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        """Path, method and what is said of it, of every operation."""
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield path, method, operation

    def meaning(self) -> dict[str, Any]:
        """What the document says of every operation, whatever its words and the names of its schemas."""
        return {
            f"{method} {path}": {
                "parameters": {
                    (parameter["in"], parameter["name"]): _plain(parameter, self.document)
                    for parameter in operation.get("parameters", [])
                },
                "body": _plain(operation.get("requestBody"), self.document),
                "answers": {
                    status: _without(_plain(answer.get("content"), self.document), LIMITS)
                    for status, answer in operation["responses"].items()
                },
                "security": operation.get("security", []),
            }
            for path, method, operation in self.operations()
        }


def _escaped(part: str) -> str:
    """A part of a JSON pointer in a URI's fragment."""
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")


def _plain(value: Any, document: Mapping[str, Any], within: tuple[str, ...] = ()) -> Any:
    """A piece of a document without references and words, and with one spelling for what may be null."""
    if isinstance(value, list):
        return [_plain(item, document, within) for item in value]
    if not isinstance(value, dict):
        return value
    if "$ref" in value:
        place = value["$ref"]
        if place in within:
            return {"again": within.index(place)}
        found: Any = document
        for part in place.removeprefix("#/").split("/"):
            found = found[part]
        return _plain(found, document, (*within, place))
    plain = {
        key: {name: _plain(inner, document, within) for name, inner in item.items()}
        if key == "properties"
        else _plain(item, document, within)
        for key, item in value.items()
        if key not in WORDS or not isinstance(item, str | list)
    }
    return _one_spelling(plain)


def _without(value: Any, keys: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_without(item, keys) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without(item, keys) for key, item in value.items() if key not in keys}


def _one_spelling(plain: dict[str, Any]) -> Any:
    for key in ("anyOf", "oneOf"):
        choices = plain.get(key, [])
        kept = [choice for choice in choices if choice != {"type": "null"}]
        if len(kept) == 1:
            rest = {name: item for name, item in plain.items() if name != key and (name, item) != ("default", None)}
            return {**kept[0], **rest, **({"null": True} if len(kept) < len(choices) else {})}
    kinds = plain.get("type")
    if isinstance(kinds, list):
        (kind,) = [kind for kind in kinds if kind != "null"]
        plain |= {"type": kind, "null": True}
    if plain.get("required") == []:
        del plain["required"]
    if "required" in plain and isinstance(plain["required"], list):
        plain["required"] = sorted(plain["required"])
    return plain
