"""The tables that a run is exported as, every column of them, as a page."""

from __future__ import annotations

from collections.abc import Iterable

from scalebed.report.tables import TABLES, identity
from scalebed.report.tables.table import Column

_BEGINNING = """\
# Tables of runs

[`scalebed export`](command-line.md) writes them ([how to read them](../how-to/read-results-with-pandas-and-duckdb.md));
every run directory has `trials` as `trials.csv`. They have the same columns for every run, in the same order, so those
of several runs fit together, and units stand in the names. Figures of a trial are of the part that counts: after the
warm-up was cut, and before the load was over or stopped.

| type | in CSV | in JSON lines | in Parquet |
|---|---|---|---|
| text | as it is | string | `string` |
| integer | digits | number | `int64` |
| number | all digits that it has | number | `double` |
| truth | `true`, `false` | `true`, `false` | `boolean` |
| time | ISO 8601, UTC | the same, as a string | `timestamp[us, tz=UTC]` |

What there is not is empty in CSV and null in the others; so is what is no finite number.

## Which trial

With these columns begin `trials`, `seconds` and `endpoints`; `run`, `cell`, `block` and `index` name a trial."""

_BELOW = {
    "seconds": """\
CPU is read at moments that fall on no whole second. What was used between two readings is taken as spread evenly over
that time, so that the seconds of a trial add up to what it used, and no burst shows that is shorter than
`usage_interval_s`: about a second on one machine, 2 to 15 s where a kubelet reads. A second of which readings cover
less than half has none; one that they cover in part has the mean of that part.""",
    "endpoints": "The `requests` of a trial add up to its own. Arrivals that were dropped asked no endpoint.",
    "runs": "The figures are those of the report ([how it measures](../how-it-measures.md)).",
}


def page() -> str:
    """All of them, as Markdown."""
    parts = [_BEGINNING, _listed(identity.COLUMNS)]
    for name, table in TABLES.items():
        parts.append(f"## {name}\n\nA row for each {table.row}.")
        parts += [_BELOW[name]] if name in _BELOW else []
        parts.append(_listed(column for column in table.columns if column not in identity.COLUMNS or name == "runs"))
    return "\n\n".join(parts) + "\n"


def _listed(columns: Iterable[Column]) -> str:
    rows = [f"| `{column.name}` | {column.type} | {column.meaning} |" for column in columns]
    return "\n".join(["| column | type | what it holds |", "|---|---|---|", *rows])
