"""Reads a service's `variant.toml`, as apps/README.md defines it."""

from __future__ import annotations

import re
import shlex
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from scalebed.messages import EngineError
from scalebed.provision import extras
from scalebed.provision.builds import Build, Toolchain

FOLDERS = ("apps", "apps/peers")
"""Where services live, under the clone's root."""
TOOLCHAINS: tuple[Toolchain, ...] = get_args(Toolchain)


@dataclass(frozen=True)
class Service:
    """How a service is started, loaded and switched. Commands are argument lists, run in `folder`."""

    name: str
    folder: Path
    serve: tuple[str, ...]
    migrate: tuple[str, ...]
    load: tuple[str, ...]
    objects: tuple[str, ...] | None
    rows: Literal["shared", "own"]
    """Whether its `migrate` and `load` make the tables and rows of apps/dataset, which all such services then share."""
    switches: Mapping[str, str]
    """Name → default."""
    object_switches: tuple[str, ...]
    values: Mapping[str, tuple[str, ...] | range]
    """Name → what the switch can be, of those that the service says it of."""
    build: Build | None = None
    """How it is built before it is served; None where it runs as it is."""

    @property
    def place(self) -> str:
        """Its folder, as people call it."""
        return f"apps/peers/{self.name}" if self.folder.parent.name == "peers" else f"apps/{self.name}"

    def effective(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """Every switch with its value; raises EngineError for a name or a value that the service does not know."""
        unknown = sorted(set(chosen) - set(self.switches))
        if unknown:
            known = ", ".join(sorted(self.switches)) or "none"
            raise EngineError(f"{self.place}: {unknown[0]} is no switch of this service; its switches are: {known}")
        for name, value in chosen.items():
            allowed = self.values.get(name)
            if allowed is not None and value not in map(str, allowed):
                good = f"{allowed[0]} to {allowed[-1]}" if isinstance(allowed, range) else ", ".join(allowed)
                raise EngineError(f"{self.place}: {name} cannot be {value!r}; it can be: {good}")
        return {**self.switches, **chosen}

    def changed(self, chosen: Mapping[str, str]) -> str:
        """The value of `SWITCHES`: what differs from the defaults."""
        effective = self.effective(chosen)
        return ",".join(f"{name}={value}" for name, value in effective.items() if value != self.switches[name])

    def object_choice(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The values that decide the database's objects."""
        effective = self.effective(chosen)
        return {name: effective[name] for name in self.object_switches}


def find_service(root: Path, name: str) -> Path | None:
    """The folder of a service, in `apps/` or `apps/peers/`; None where there is none of this name."""
    folders = (root / parent / name for parent in FOLDERS)
    return next((folder for folder in folders if (folder / "variant.toml").exists()), None)


def read_service(root: Path, name: str) -> Service:
    """The service of this name; raises EngineError where it is missing or its file is not whole."""
    folder = find_service(root, name) or root / "apps" / name
    file = folder / "variant.toml"
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        files = (path for parent in FOLDERS for path in (root / parent).glob("*/variant.toml"))
        there = ", ".join(sorted(path.parent.name for path in files))
        raise EngineError(
            f"{file}: is missing, so {name} is no service; the services are: {there or 'none'}"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise EngineError(f"{file}: is not TOML: {error}") from error
    switches = {str(key): _text(value) for key, value in data.get("switches", {}).items()}
    object_switches = tuple(data.get("object_switches", ()))
    for switch in object_switches:
        if switch not in switches:
            raise EngineError(f"{file}: object_switches names {switch}, which is no switch")
    values = {str(key): _values(value, f"{file}: values.{key}") for key, value in data.get("values", {}).items()}
    for switch, allowed in values.items():
        if switch not in switches or switches[switch] not in map(str, allowed):
            raise EngineError(f"{file}: values.{switch} must hold the default of a switch of this name")
    return Service(
        name=name,
        folder=folder,
        serve=_command(data, "serve", file),
        migrate=_command(data, "migrate", file),
        load=_command(data, "load", file),
        rows=_rows(data.get("rows", "own"), file),
        objects=_command(data, "objects", file) if "objects" in data else None,
        switches=switches,
        object_switches=object_switches,
        values=values,
        build=_build(data, root / "apps", folder, file) if "build" in data else None,
    )


def read_peers(root: Path) -> list[Service]:
    """Every service of `apps/peers`, by name; raises EngineError where the file of one is not whole."""
    return [read_service(root, file.parent.name) for file in sorted((root / "apps" / "peers").glob("*/variant.toml"))]


def require_packages() -> None:
    """Raises EngineError with the command that brings them, where what the shipped services are made of is not here."""
    if missing := extras.absent("services"):
        raise EngineError(
            f"what the shipped services are made of is not whole, {extras.listed(missing)} not here: "
            f"{extras.command('demo')}"
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


def _build(data: Mapping[str, Any], root: Path, folder: Path, file: Path) -> Build:
    argv = _command(data, "build", file)
    sources = tuple((folder / str(source)).resolve() for source in data.get("sources", ()))
    if outside := next((source for source in sources if not source.is_relative_to(root.resolve())), None):
        raise EngineError(f"{file}: sources names {outside}, which is not in {root}")
    given = data.get("toolchain")
    toolchain: Toolchain | None = next((known for known in TOOLCHAINS if known == given), None)
    if toolchain is None:
        raise EngineError(f"{file}: toolchain must be {' or '.join(TOOLCHAINS)}, for build, not {given!r}")
    return Build(folder.name, root.resolve(), folder.resolve(), sources, argv, toolchain)


def _rows(value: object, file: Path) -> Literal["shared", "own"]:
    if value == "shared":
        return "shared"
    if value == "own":
        return "own"
    raise EngineError(f"{file}: rows must be shared (those of apps/dataset) or own, not {value!r}")


def _values(value: object, where: str) -> tuple[str, ...] | range:
    """A list of words, or whole numbers as `lowest..highest`."""
    if isinstance(value, list):
        return tuple(_text(item) for item in value)
    match = re.fullmatch(r"(\d+)\.\.(\d+)", str(value))
    if match is None:
        raise EngineError(f"{where} must be a list of words, or whole numbers such as 1..64")
    return range(int(match[1]), int(match[2]) + 1)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
