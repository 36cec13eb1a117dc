"""What a k6 script exports and imports, whatever its formatting.

Scripts are read, not run. Comments, the contents of strings and regular expressions never count, and neither do
semicolons, quotes and line breaks, of which JavaScript leaves the choice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)
    |(?P<regex>(?<=[=(,:;!&|?{}\[+])[ \t]*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/)
    """,
    re.DOTALL | re.VERBOSE,
)
_NAME = r"[\w$]+"
_FROM = re.compile(r"\bimport\b\s*(?P<what>[^;()\0]+?)\s*\bfrom\s*\0(?P<source>\d+)\0")
_DECLARED = re.compile(rf"\bexport\s+(?:async\s+)?(?:function\b\s*\*?|class\b|const\b|let\b|var\b)\s*(?P<name>{_NAME})")
_BRACES = re.compile(r"\bexport\s*\{(?P<names>[^}]*)\}")
_DEFAULT = re.compile(r"\bexport\s+default\b")
_ASSIGNED = re.compile(rf"(?<![.\w$])(?P<name>{_NAME})\s*=(?![=>])\s*(?P<value>[^\s,;)}}]+)")
_KEY = re.compile(
    rf"[{{,]\s*(?P<bare>{_NAME})\s*:|[{{,]\s*\0(?P<quoted>\d+)\0\s*:|\.(?P<dotted>{_NAME})\s*=(?!=)"
    rf"|\{{\s*(?P<first>{_NAME})\s*(?=[,}}])|,\s*(?P<last>{_NAME})\s*(?=\}})"
)


@dataclass(frozen=True)
class Script:
    """What was found in one."""

    comment: str
    """That it begins with, in one line."""
    exports: frozenset[str]
    """By the names under which others know them; `default` is one."""
    imports: Mapping[str, frozenset[str]]
    """Source → what comes from it; `*` where all of it does."""
    values: Mapping[str, str]
    """What names of it are set to, where that is one word."""
    keys: frozenset[str]
    """The names of its objects."""


def read(text: str) -> Script:
    """What the script `text` says."""
    strings: list[str] = []

    def bare(token: re.Match[str]) -> str:
        """A string's place among them between NULs, which no code has; a blank for all else that is no code."""
        if token["string"] is None:
            return "\n" if "\n" in token[0] else " "
        strings.append(token["string"][1:-1])
        return f"\0{len(strings) - 1}\0"

    code = _TOKEN.sub(bare, text.replace("\0", " "))
    return Script(
        comment=_comment(text),
        exports=frozenset(_exports(code)),
        imports={strings[int(source)]: names for source, names in _imports(code).items()},
        values={match["name"]: match["value"] for match in _ASSIGNED.finditer(code)},
        keys=frozenset(_keys(code, strings)),
    )


def _comment(text: str) -> str:
    """The text of several lines with `//`, or of one block."""
    text = text.lstrip("\ufeff \t\r\n")
    if text.startswith("/*"):
        block = text[2:].partition("*/")[0]
        return " ".join(line.strip(" \t*") for line in block.splitlines()).strip()
    words = []
    for line in text.splitlines():
        if not line.lstrip().startswith("//"):
            break
        words.append(line.lstrip().removeprefix("//").strip())
    return " ".join(words)


def _exports(code: str) -> Iterator[str]:
    if _DEFAULT.search(code):
        yield "default"
    for declared in _DECLARED.finditer(code):
        yield declared["name"]
    for braces in _BRACES.finditer(code):
        for item in braces["names"].split(","):
            if words := item.split():
                yield words[-1]  # of `run as default` the last


def _imports(code: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for match in _FROM.finditer(code):
        names = found.setdefault(match["source"], set())
        before, _, braces = match["what"].partition("{")
        names.update(item.split()[0] for item in braces.rstrip("} \n\t").split(",") if item.split())
        if before.strip(" ,\n\t"):
            names.add("*")
    return {source: frozenset(names) for source, names in found.items()}


def _keys(code: str, strings: Sequence[str]) -> Iterator[str]:
    for key in _KEY.finditer(code):
        yield (
            strings[int(key["quoted"])]
            if key["quoted"]
            else key["bare"] or key["dotted"] or key["first"] or key["last"]
        )
