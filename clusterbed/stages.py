"""What is made of what: each stage is named by the hash of all that goes into it, and is made only where it is missing.

A stage's key covers its own recipe and the keys of what it needs, so a change anywhere makes anew exactly what
depends on it, and an interrupted build goes on with the first stage that is not whole.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scalebed.messages import EngineError


class Product(Protocol):
    """Where a stage's result is kept. It is there whole or not at all."""

    def exists(self, key: str) -> bool: ...

    def location(self, key: str) -> str:
        """A folder's path or an image's name."""

    def make(self, key: str, made: Made) -> None: ...


@dataclass(frozen=True)
class Stage:
    """`recipe` is a hash of its own ingredients; `seconds` about how long it takes on two cores."""

    name: str
    title: str
    recipe: str
    product: Product
    needs: tuple[str, ...] = ()
    seconds: int = 10


class Made:
    """What the finished stages left, by name."""

    def __init__(self, locations: Mapping[str, Callable[[], str]]) -> None:
        self._locations = locations

    def folder(self, name: str) -> Path:
        return Path(self._locations[name]())

    def image(self, name: str) -> str:
        return self._locations[name]()


Guard = Callable[[str], AbstractContextManager[object]]
"""Held while the stage of this name is made."""


class Announcer(Protocol):
    """Shows a person what goes on."""

    def plan(self, stages: Sequence[Stage]) -> None: ...

    def working(self, number: int, total: int, stage: Stage) -> AbstractContextManager[None]: ...


class Pipeline:
    """All stages that there are; `make` brings about some of them. `guard` keeps a second builder off a stage."""

    def __init__(self, stages: Iterable[Stage], announcer: Announcer, guard: Guard = nullcontext) -> None:
        self._stages = {stage.name: stage for stage in stages}
        self._announcer = announcer
        self._guard = guard
        self._keys: dict[str, str] = {}
        for stage in self._stages.values():
            self._key(stage.name, ())

    def key(self, name: str) -> str:
        """Hex digits that name this stage as it would be made now."""
        return self._keys[name]

    def pending(self, wanted: Iterable[str]) -> list[Stage]:
        """What is missing for these, in an order in which it can be made.

        What a finished stage was made of is not asked for again.
        """
        order: list[Stage] = []
        seen: set[str] = set()

        def visit(name: str) -> None:
            if name in seen:
                return
            seen.add(name)
            stage = self._stages[name]
            if not stage.product.exists(self.key(name)):
                for need in stage.needs:
                    visit(need)
                order.append(stage)

        for name in wanted:
            visit(name)
        return order

    def make(self, wanted: Iterable[str]) -> Made:
        """Make what is missing for these, and say where everything is."""
        missing = self.pending(wanted)
        if missing:
            self._announcer.plan(missing)
        made = self.made()
        for number, stage in enumerate(missing, start=1):
            with self._announcer.working(number, len(missing), stage), self._guard(stage.name):
                # Another builder may have made it meanwhile.
                if not stage.product.exists(self.key(stage.name)):
                    stage.product.make(self.key(stage.name), made)
        return made

    def made(self) -> Made:
        return Made({name: self._location(name) for name in self._stages})

    def _location(self, name: str) -> Callable[[], str]:
        return lambda: self._stages[name].product.location(self.key(name))

    def _key(self, name: str, below: tuple[str, ...]) -> str:
        if name in below:
            raise EngineError(f"stage {name} needs itself, by way of {' and '.join(below)}: mend its needs")
        if name not in self._stages:
            raise EngineError(f"stage {below[-1]} needs {name}, which is no stage: mend its needs")
        if name not in self._keys:
            stage = self._stages[name]
            needs = [f"{need}={self._key(need, (*below, name))}" for need in stage.needs]
            self._keys[name] = digest(name, stage.recipe, *needs)[:16]
        return self._keys[name]


def digest(*parts: str) -> str:
    """SHA-256 in hex of these texts, each kept apart from the next."""
    total = hashlib.sha256()
    for part in parts:
        encoded = part.encode()
        total.update(f"{len(encoded)}:".encode())
        total.update(encoded)
    return total.hexdigest()


def digest_of_files(root: Path, paths: Iterable[Path]) -> str:
    """SHA-256 in hex over names below `root`, modes and contents; of folders, all files in them."""
    files = sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file())
    parts = []
    for file in files:
        executable = "x" if file.stat().st_mode & 0o100 else "-"
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        parts.append(f"{file.relative_to(root).as_posix()} {executable} {content}")
    return digest(*parts)


def is_source(path: Path) -> bool:
    """Not what tools leave among the sources: caches, compiled files, a person's own settings."""
    hidden = any(part.startswith(".") for part in path.parts)
    return not hidden and "__pycache__" not in path.parts and path.suffix != ".pyc"


def age_days(path: Path) -> float:
    """Days since this was last made or used."""
    return (time.time() - path.stat().st_mtime) / 86_400
