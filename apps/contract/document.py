"""The contract's data, as `contract.toml` has it; read once a process."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DOCUMENT: Mapping[str, Any] = tomllib.loads(Path(__file__).with_name("contract.toml").read_text(encoding="utf-8"))
KINDS: Mapping[str, Mapping[str, Any]] = DOCUMENT["kinds"]
LISTING: Mapping[str, Any] = DOCUMENT["listing"]
BODIES: Mapping[str, Mapping[str, Mapping[str, Any]]] = DOCUMENT["bodies"]
MESSAGES: Mapping[str, str] = DOCUMENT["messages"]

MAX_PARAMETERS: int = DOCUMENT["requests"]["most_parameters"]
MAX_BODY: int = DOCUMENT["requests"]["largest_body"]
MAX_ID: int = KINDS["id"]["most"]
MAX_POINTS: int = KINDS["points"]["most"]
GENDERS: tuple[str, ...] = tuple(KINDS["gender"]["values"])
GROUPS: tuple[str, ...] = tuple(DOCUMENT["groups"]["by"])
DEFAULT_GROUP: str = DOCUMENT["groups"]["default"]
MAX_GROUPS: int = DOCUMENT["groups"]["most"]
# Operation → its method and address.
OPERATIONS: Mapping[str, tuple[str, str]] = {
    name: (method, address)
    for name, where in DOCUMENT["operations"].items()
    for method, address in [where.split(" ", 1)]
}
