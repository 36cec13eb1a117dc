"""How the `asyncpg` arm's answers become bytes, as the switch `models` names it: by no model, pydantic's or msgspec's.

Each takes the name of an answer's model in `schemas`, and its values as the contract has them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from peers.core.python.rows import encode
from pydantic import BaseModel

from . import schemas, structs

Encoder = Callable[[str, Mapping[str, Any]], bytes]


def plain(name: str, value: Mapping[str, Any]) -> bytes:
    """The values as they are."""
    return encode(value)


def pydantic(name: str, value: Mapping[str, Any]) -> bytes:
    """The values checked and written by pydantic's model."""
    model: type[BaseModel] = getattr(schemas, name)
    return model.model_validate(value).model_dump_json(by_alias=True).encode()


def by_msgspec(name: str, value: Mapping[str, Any]) -> bytes:
    """The values checked and written by msgspec's struct."""
    return _ENCODER.encode(msgspec.convert(value, getattr(structs, name)))


_ENCODER = msgspec.json.Encoder()
ENCODERS: Mapping[str, Encoder] = {"none": plain, "pydantic": pydantic, "msgspec": by_msgspec}
