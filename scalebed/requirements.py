"""The part of the lock that images of services need: a closure over who asked for what, read from the lock itself."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

SERVICES_LOCK = "apps/requirements.lock"
"""The lock of what the services' images install, and of no package else."""
PEERS_LOCK = "apps/peers/requirements.lock"
"""The same for the peers in Python beside FastAPI, whose frameworks would make the services' images larger."""
LOCKS = {SERVICES_LOCK: "services", PEERS_LOCK: "python"}
"""Each lock of an image, and the extra of pyproject.toml that it is made of."""

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)==")
_NAME = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._-]*")
_ASKER = re.compile(r"^\s+#\s+(?:via\s+)?(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*$")
_HEADER = "# The services' part of {whole}, for their images; scripts/fix makes it anew.\n"


@dataclass(frozen=True)
class Pin:
    """One package of the lock: its lines as they are, and the packages that asked for it."""

    text: str
    askers: frozenset[str]


def image_lock(root: Path, lock: str) -> str:
    """What the extra of one of `LOCKS` needs, with hashes, as a lock of its own."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [_name(requirement) for requirement in project["optional-dependencies"][LOCKS[lock]]]
    pins = read_pins((root / "requirements.lock").read_text(encoding="utf-8"))
    names = closure(pins, wanted)
    whole = "../" * lock.count("/") + "requirements.lock"
    return _HEADER.format(whole=whole) + "".join(pins[name].text for name in sorted(names))


def read_pins(lock: str) -> dict[str, Pin]:
    """The packages of a lock written by uv or pip-compile, by name. Versions for several Pythons are one entry."""
    blocks: dict[str, list[str]] = {}
    block: list[str] = []
    for line in lock.splitlines(keepends=True):
        match = _PIN.match(line)
        if match is not None:
            block = blocks.setdefault(normal_name(match["name"]), [])
        if match is not None or line.startswith(" "):
            block.append(line)
    return {name: Pin("".join(lines), frozenset(_askers(lines))) for name, lines in blocks.items()}


def closure(pins: Mapping[str, Pin], wanted: Iterable[str]) -> set[str]:
    """The wanted packages and all that they asked for; raises KeyError for one that the lock lacks."""
    names = {normal_name(name) for name in wanted}
    for name in names:
        pins[name]  # the lock must have it
    while True:
        more = {name for name, pin in pins.items() if pin.askers & names} - names
        if not more:
            return names
        names |= more


def _askers(lines: Iterable[str]) -> Iterable[str]:
    for line in lines:
        match = _ASKER.match(line)
        if match is not None and match["name"] != "via":
            yield normal_name(match["name"])


def _name(requirement: str) -> str:
    match = _NAME.match(requirement)
    assert match is not None, requirement  # noqa: S101 - pip would have refused it
    return match[0]


def normal_name(name: str) -> str:
    """A package's one name of its several spellings, as PEP 503 has it."""
    return re.sub(r"[-_.]+", "-", name).lower()
