"""Requests that an experiment file lists, in the place of a k6 script."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, model_validator

from scalebed.experiment.application import HeaderName, Place, Setting
from scalebed.experiment.strict import Strict

METHODS = ("get", "head", "post", "put", "patch", "delete")
_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_RANGE = re.compile(r"\s*(-?\d+)\s*(?:-|–|\.\.)\s*(-?\d+)\s*")


class Values(Strict):
    """What a placeholder stands for: whole numbers, texts of a list, or the lines of a file."""

    first: int | None = None
    last: int | None = None
    choices: tuple[Setting, ...] | None = Field(None, min_length=1)
    file: Place | None = None
    """One value a line."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.first is None) != (self.last is None):
            raise ValueError("a range has a first and a last number, such as 1-3000")
        if sum(each is not None for each in (self.first, self.choices, self.file)) != 1:
            raise ValueError("must be a range such as 1-3000, a list of texts, or {file: FILE} with one value a line")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise ValueError(f"a range goes upwards; write {self.last}-{self.first}")
        return self


def _values(given: Any) -> Any:
    if isinstance(given, str):
        match = _RANGE.fullmatch(given)
        return {"first": int(match[1]), "last": int(match[2])} if match else {"choices": [given]}
    if isinstance(given, int) and not isinstance(given, bool):
        return {"choices": [given]}
    return {"choices": given} if isinstance(given, list | tuple) else given


NamedValues = Annotated[
    Values, BeforeValidator(_values, json_schema_input_type=str | int | list[str | int | float] | Values)
]
"""In YAML also the bare range, text or list."""


class Expect(Strict):
    """What an answer must be, beside no error."""

    status: int | None = Field(None, ge=200, le=299)
    """One of 2xx: anything else is an error as it is."""
    contains: str = ""
    """A text somewhere in it."""


class Request(Strict):
    """One kind of request. In YAML its method is the key of its path, as in `get: /contacts/{id}`."""

    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    """Of the service, query included, as it stands in a URL; `{name}` is one of `values`, or of the load's env."""
    name: str = Field(default_factory=lambda data: f"{data.get('method', '')} {data.get('path', '').partition('?')[0]}")
    """What the report calls it."""
    share: float = Field(1.0, gt=0)
    """How often it comes, beside the others' shares."""
    values: Mapping[str, NamedValues] = {}
    headers: Mapping[HeaderName, Setting] = {}
    send: JsonValue = None
    """A body: a text as it is, anything else as JSON."""
    expect: Expect = Expect()

    @model_validator(mode="before")
    @classmethod
    def _method(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "method" in data:
            return data
        named = [key for key in METHODS if key in data]
        if len(named) != 1:
            raise ValueError(f"needs one of {', '.join(METHODS)} with a path, such as get: /contacts")
        rest = {key: value for key, value in data.items() if key != named[0]}
        return {"method": named[0].upper(), "path": data[named[0]], **rest}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.path.startswith(("/", "{")) or re.search(r"\s", self.path):
            raise ValueError(f"must be a path such as /contacts, without blanks, not {self.path!r}")
        unused = [name for name in self.values if name not in self.placeholders]
        if unused:
            raise ValueError(f"values: nothing here says {{{unused[0]}}}")
        return self

    @property
    def placeholders(self) -> tuple[str, ...]:
        """What path, headers and body leave open."""
        texts = [self.path, *self.headers.values(), *_texts(self.send)]
        return tuple(dict.fromkeys(name for text in texts for name in _PLACEHOLDER.findall(text)))

    def open_but(self, known: Mapping[str, object]) -> str | None:
        """A placeholder in the path or the headers that nothing fills. A body may have braces of its own."""
        texts = [self.path, *self.headers.values()]
        named = [name for text in texts for name in _PLACEHOLDER.findall(text)]
        return next((name for name in named if name not in self.values and name not in known), None)


def _texts(sent: JsonValue) -> list[str]:
    if isinstance(sent, str):
        return [sent]
    inner = sent.values() if isinstance(sent, dict) else sent if isinstance(sent, list) else ()
    return [text for each in inner for text in _texts(each)]
