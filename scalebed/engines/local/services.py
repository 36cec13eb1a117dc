"""Reads a service's `variant.toml`, as apps/README.md defines it."""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scalebed.ports import EngineError


@dataclass(frozen=True)
class Service:
    """How a service is started, loaded and switched. Commands are argument lists, run in `folder`."""

    name: str
    folder: Path
    serve: tuple[str, ...]
    migrate: tuple[str, ...]
    load: tuple[str, ...]
    objects: tuple[str, ...] | None
    switches: Mapping[str, str]
    """Name → default."""
    object_switches: tuple[str, ...]

    def effective(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """Every switch with its value; raises EngineError for a name that the service does not know."""
        unknown = sorted(set(chosen) - set(self.switches))
        if unknown:
            known = ", ".join(sorted(self.switches)) or "none"
            raise EngineError(f"apps/{self.name}: {unknown[0]} is no switch of this service; its switches are: {known}")
        return {**self.switches, **chosen}

    def changed(self, chosen: Mapping[str, str]) -> str:
        """The value of `SWITCHES`: what differs from the defaults."""
        effective = self.effective(chosen)
        return ",".join(f"{name}={value}" for name, value in effective.items() if value != self.switches[name])

    def object_choice(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The values that decide the database's objects."""
        effective = self.effective(chosen)
        return {name: effective[name] for name in self.object_switches}


def read_service(root: Path, name: str) -> Service:
    """The service in `root/apps/name`; raises EngineError where it is missing or its file is not whole."""
    folder = root / "apps" / name
    file = folder / "variant.toml"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        there = ", ".join(sorted(path.parent.name for path in (root / "apps").glob("*/variant.toml"))) or "none"
        raise EngineError(f"{file}: is missing, so {name} is no service; the services are: {there}") from error
    except tomllib.TOMLDecodeError as error:
        raise EngineError(f"{file}: is not TOML: {error}") from error
    switches = {str(key): _text(value) for key, value in data.get("switches", {}).items()}
    object_switches = tuple(data.get("object_switches", ()))
    for switch in object_switches:
        if switch not in switches:
            raise EngineError(f"{file}: object_switches names {switch}, which is no switch")
    return Service(
        name=name,
        folder=folder,
        serve=_command(data, "serve", file),
        migrate=_command(data, "migrate", file),
        load=_command(data, "load", file),
        objects=_command(data, "objects", file) if "objects" in data else None,
        switches=switches,
        object_switches=object_switches,
    )


def base_environment(root: Path) -> dict[str, str]:
    """What every command of a service gets: this environment's programs first, and the folders services share."""
    programs = str(Path(sys.executable).parent)
    return {
        "PATH": f"{programs}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(root / "apps"),
        "PYTHONUNBUFFERED": "1",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "LOG_LEVEL": "WARNING",
    }


def _command(data: Mapping[str, Any], key: str, file: Path) -> tuple[str, ...]:
    value = data.get(key)
    if isinstance(value, str) and value.strip():
        return tuple(shlex.split(value))
    if isinstance(value, list) and value:
        return tuple(str(item) for item in value)
    raise EngineError(f"{file}: {key} must be a command")


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
