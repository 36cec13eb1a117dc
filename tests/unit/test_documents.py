"""The project's pages, as whatever shows Markdown reads them."""

from __future__ import annotations

import itertools

from scalebed.paths import ROOT


def test_every_table_ends_where_it_ends() -> None:
    """A line right below a table is taken for its next row, whatever it says."""
    swallowed = []
    for page in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        lines = page.read_text(encoding="utf-8").splitlines()
        for number, (row, below) in enumerate(itertools.pairwise(lines), 2):
            if row.startswith("|") and below and not below.startswith(("|", "<!-- end -->")):
                swallowed.append(f"{page.relative_to(ROOT)}:{number}")
    assert swallowed == []
