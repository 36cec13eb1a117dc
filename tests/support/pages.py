"""The commands of a how-to page, as somebody who follows it would type them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scalebed import paths

_BLOCK = re.compile(r"^```console(?P<words>[^\n]*)\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """`background`: its command goes on while others are typed."""

    commands: tuple[str, ...]
    background: bool


def blocks(page: str) -> list[Block]:
    """Of docs/how-to/PAGE.md, in their order. A command begins with `$ `."""
    found = []
    for match in _BLOCK.finditer(_text(page)):
        rows = match["body"].replace("\\\n", " ").splitlines()
        assert all(row.startswith("$ ") for row in rows), f"{page}: a line is no command: {rows}"
        found.append(Block(tuple(row[2:] for row in rows), "background" in match["words"]))
    assert found, f"{page} has no command"
    return found


def written(page: str, language: str) -> list[str]:
    """The blocks in this language, in their order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", _text(page), re.DOTALL | re.MULTILINE)


def _text(page: str) -> str:
    return (paths.ROOT / "docs" / "how-to" / f"{page}.md").read_text(encoding="utf-8")


def script(page: str) -> str:
    """All commands but those in the background, one after the other; the first that fails ends it."""
    commands = [command for block in blocks(page) if not block.background for command in block.commands]
    return "\n".join(["set -euo pipefail", *commands])
