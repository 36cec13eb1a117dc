"""What must stand nowhere: values that are read as secrets, and are blotted out of whatever is written or said.

A script may throw them, a service may print them. Whoever reads a secret adds it here, and whoever takes in what a
script or a service says puts it through here before it is kept, cut or shown.
"""

from __future__ import annotations

import contextlib
import html
import re
from collections.abc import Iterator
from pathlib import Path

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
        parts = {value.strip(), *(line for line in lines if len(line) >= _SHORTEST_LINE)}
        parts = {part for part in parts if len(part) >= SHORTEST}
        if parts <= self._known:
            return
        self._known |= parts
        # Of two that begin alike the longer one, or its end would be left.
        self._pattern = re.compile("|".join(map(_spelled, sorted(self._known, key=len, reverse=True))))

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


def _spelled(value: str) -> str:
    """A pattern of it as it is, in JSON, in a URL and in HTML. Which characters are written in another way differs from
    one language to the next, so each may be."""
    return "".join(
        # Nobody does that to these.
        one if one.isascii() and one.isalnum() else f"(?:{'|'.join(sorted(_ways(one), key=len, reverse=True))})"
        for one in value
    )


def _ways(one: str) -> Iterator[str]:
    """Patterns of a character, each as often as it comes."""
    octets = one.encode("utf-8", "surrogateescape")
    wide = one.encode("utf-16-be", "surrogatepass").hex()
    yield re.escape(one)
    yield f"(?i:{''.join(f'%{each:02x}' for each in octets)})"
    yield "(?i:" + "".join(rf"\\u{wide[at : at + 4]}" for at in range(0, len(wide), 4)) + ")"
    yield re.escape(html.escape(one))
    yield f"&#{ord(one)};"
    if one in _SHORT:
        yield re.escape(f"\\{_SHORT[one]}")
    if one == " ":
        yield re.escape("+")


_SHORT = {'"': '"', "\\": "\\", "/": "/", "'": "'", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
"""Characters that JSON, and what is like it, write with a backslash."""


VEIL = Veil()
"""The one of this process."""
