from __future__ import annotations

import re

from docsmith import tables
from scalebed.report.tables import TABLES, identity


def test_every_column_of_every_table_is_told_once() -> None:
    text = tables.page()
    begins = [text.index(f"## {name}\n") for name in TABLES]
    assert begins == sorted(begins)
    for name, begin, end in zip(TABLES, begins, [*begins[1:], len(text)], strict=True):
        told = re.findall(r"^\| `(\w+)` \|", text[begin:end], re.MULTILINE)
        whole = [column.name for column in TABLES[name].columns]
        assert told == (whole if name == "runs" else whole[len(identity.COLUMNS) :])
