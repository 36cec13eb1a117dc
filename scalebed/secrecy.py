"""What must stand nowhere: values that are read as secrets, and are blotted out of whatever is written or said.

A script may throw them, a service may print them. Whoever reads a secret adds it here, and whoever takes in what a
script or a service says puts it through here before it is kept, cut or shown.
"""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path
from urllib.parse import quote, quote_plus

SHORTEST = 4
"""Characters. What is shorter stands in half of all sentences by chance, and is left as it is."""
BLOT = "[secret]"
_SHORTEST_LINE = 8
"""Of a value of several lines each is blotted out by itself, as messages are cut at a line's end; not so `{` or `}`."""


class Veil:
    """Lies over the values that it was given. It forgets none."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str) -> None:
        """Blot it out from now on, unless it is too short."""
        lines = [line.strip() for line in value.splitlines()]
        spelled = {
            way
            for part in (value.strip(), *(line for line in lines if len(line) >= _SHORTEST_LINE))
            for way in _spelled(part)
            if len(part) >= SHORTEST
        }
        if spelled <= self._known:
            return
        self._known |= spelled
        # Of two that begin alike the longer one, or its end would be left.
        self._pattern = re.compile("|".join(re.escape(each) for each in sorted(self._known, key=len, reverse=True)))

    def over(self, text: str) -> str:
        """The text without them."""
        return text if self._pattern is None else self._pattern.sub(BLOT, text)

    def over_file(self, path: Path) -> None:
        """The same of a file that nobody writes any more; one that cannot be read or written is left as it is."""
        if self._pattern is None:
            return
        with contextlib.suppress(OSError):
            text = path.read_bytes().decode("utf-8", "surrogateescape")
            veiled = self.over(text)
            if veiled != text:
                with path.open("r+b") as file:
                    file.truncate(file.write(veiled.encode("utf-8", "surrogateescape")))


def _spelled(value: str) -> set[str]:
    """As it is, in JSON and the like, and in a URL."""
    return {
        value,
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        quote(value, safe=""),
        quote(value),
        quote_plus(value),
    }


VEIL = Veil()
"""The one of this process."""
