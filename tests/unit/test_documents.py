"""The project's pages, as whatever shows Markdown reads them."""

from __future__ import annotations

import itertools

from scalebed.experiment.application import Application, Database
from scalebed.experiment.script import Script
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


def test_every_key_of_an_own_service_is_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "own-service.md").read_text(encoding="utf-8")
    database = [f"database.{key}" for key in Database.model_fields]
    keys = [*Application.model_fields, *database, *Script.model_fields]
    assert [key for key in keys if f"`{key}`" not in page] == []
