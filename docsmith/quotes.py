"""Pages that quote measured results, so that they cannot say something else.

A page has a mark, and an end; what is between them is written anew:

- `<!-- from: FILE -->` … `<!-- end -->` takes the whole text of a file.
- `<!-- first: FILE -->` … `<!-- end -->` takes its first sentence, without the asterisks that make it bold.
- `<!-- rows: FILE | NAME, NAME | HEADING; HEADING -->` … `<!-- end -->` takes the rows with such names in their first
  column from the first table of a Markdown file that has them all, in the table's order, and of them the columns with
  such a heading. `FILE#WORD` looks for it only below the first heading with this word. Of several columns with one
  heading, the next one behind the column named before it is meant, so that a ratio stays with its measure.
- `<!-- items: FILE | TEXT -->` … `<!-- end -->` takes the items of lists that hold such a text; `FILE#WORD` as above.

Files are named from the root of the clone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from scalebed.messages import UserError

_FILE = re.compile(r"(<!-- from: (?P<source>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_FIRST = re.compile(r"(<!-- first: (?P<source>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)
_SENTENCE = re.compile(r"\*\*(?P<bold>.+?)\*\*|.+?[.!?](?=\s|$)", re.DOTALL)
_ROWS = re.compile(
    r"(<!-- rows: (?P<source>\S+) \| (?P<names>[^|\n]+) \| (?P<headings>[^|\n]+) -->\n).*?(<!-- end -->)", re.DOTALL
)
_ITEMS = re.compile(r"(<!-- items: (?P<source>\S+) \| (?P<held>[^|\n]+) -->\n).*?(<!-- end -->)", re.DOTALL)

Table = Sequence[Sequence[str]]
"""Cells by row: headings, the rule under them, then what they head."""


class QuoteError(UserError):
    """A page quotes what is not there."""


def quoted(page: str, root: Path) -> str:
    """The page's text with every quotation as its source has it now; raises QuoteError."""
    page = _FILE.sub(lambda match: f"{match[1]}{_text(root / match['source']).strip()}\n{match[3]}", page)
    page = _FIRST.sub(lambda match: f"{match[1]}{_first(root / match['source'])}\n{match[3]}", page)
    page = _ITEMS.sub(lambda match: f"{match[1]}{_items(root, match)}{match[4]}", page)
    return _ROWS.sub(lambda match: f"{match[1]}{_rows(root, match)}{match[5]}", page)


def quotes(page: str) -> bool:
    return any(mark.search(page) for mark in (_FILE, _FIRST, _ROWS, _ITEMS))


def _text(source: Path) -> str:
    try:
        return source.read_text(encoding="utf-8")
    except OSError as error:
        raise QuoteError(f"{source}: cannot be quoted ({error.strerror}); publish that result first") from error


def _first(source: Path) -> str:
    sentence = _SENTENCE.match(_text(source).strip())
    if sentence is None:
        raise QuoteError(f"{source}: begins with no sentence; quote a file that does")
    return sentence["bold"] or sentence[0]


def _below(root: Path, named: str) -> tuple[Path, str]:
    """The file, and its text from the heading on that it was named with."""
    file, _, below = named.partition("#")
    source = root / file
    text = _text(source)
    if below:
        heading = re.search(rf"^#+ .*{re.escape(below)}.*$", text, re.MULTILINE)
        if heading is None:
            raise QuoteError(f"{source}: no heading has {below}; quote below one that is there")
        text = text[heading.end() :]
    return source, text


def _items(root: Path, match: re.Match[str]) -> str:
    source, text = _below(root, match["source"])
    held = match["held"].strip()
    items = [line for line in text.splitlines() if line.startswith("- ") and held in line]
    if not items:
        raise QuoteError(f"{source}: no item of a list has {held!r}; quote one that is there")
    return "".join(f"{item}\n" for item in items)


def _rows(root: Path, match: re.Match[str]) -> str:
    source, text = _below(root, match["source"])
    names = [name.strip() for name in match["names"].split(",")]
    headings = [heading.strip() for heading in match["headings"].split(";")]
    for table in _tables(text):
        rows = [row for row in table[2:] if row[0] in names]
        if {row[0] for row in rows} == set(names):
            if missing := [heading for heading in headings if heading not in table[0]]:
                raise QuoteError(f"{source}: no column is headed {missing[0]!r}; there are {', '.join(table[0])}")
            places = _places(table[0], headings)
            head, rule, *body = ([row[place] for place in places] for row in (*table[:2], *rows))
            return "".join((_line(head), f"|{'|'.join(rule)}|\n", *map(_line, body)))
    raise QuoteError(f"{source}: no table has the rows {', '.join(names)}; quote rows that one table has")


def _places(head: Sequence[str], headings: Sequence[str]) -> list[int]:
    """Where the columns stand: each behind the one before it, or else the first of that heading."""
    places: list[int] = []
    for heading in headings:
        those = [place for place, found in enumerate(head) if found == heading]
        places.append(next((place for place in those if places and place > places[-1]), those[0]))
    return places


def _tables(text: str) -> Iterator[Table]:
    table: list[list[str]] = []
    for line in (*text.splitlines(), ""):
        if line.startswith("|"):
            table.append([cell.strip() for cell in line.strip().strip("|").split("|")])
        elif table:
            yield table
            table = []


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"
