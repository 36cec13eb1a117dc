"""Rows of `runs` as Apache Otava reads them: a CSV for each cell, a row a run, and the `otava.yaml` that names them.

Otava finds the run from which on a figure is another one. It takes one series of runs a file, and no empty cell in a
column that it is to look at: a figure that every run of a cell has stands in the cell's own file, and one that some run
lacks in a file of its own, with the runs that have it.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from scalebed.experiment.kinds import KINDS
from scalebed.measurement.usage import SERVING
from scalebed.records.run_directory import RunDirectory
from scalebed.report.output.rows import csv_rows
from scalebed.report.tables import runs
from scalebed.report.tables.table import Row, finite

_MORE, _LESS = 1, -1
_LATENCIES = ("p50_ms", "p95_ms", "p99_ms")
METRICS: Mapping[str, int] = {
    "rate_per_s": _MORE,
    **{runs.CPU.format(part=part): _LESS for part in SERVING},
    "memory_bytes": _LESS,
    **dict.fromkeys(_LATENCIES, _LESS),
}
"""What is followed, and whether more of it is better or less."""
_ABOUT = ("run", "commit")
_TIME = "started"


def write(rows: Iterable[Row], folder: Path) -> list[str]:
    """Write into the folder, the oldest run first; the names of the series. Those of a cell are a group of its name."""
    cells: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row[_TIME])):
        cells[f"{row['experiment']}.{row['cell']}"].append(row)
    tests: dict[str, object] = {}
    groups: dict[str, list[str]] = {}
    for cell, known in cells.items():
        for name, metrics, told in _series(cell, known):
            tests[name] = _test(folder / f"{name}.csv", metrics, told)
            groups.setdefault(cell, []).append(name)
    text = yaml.safe_dump({"tests": tests, "test_groups": groups}, sort_keys=False, allow_unicode=True)
    RunDirectory.write(folder / "otava.yaml", text)
    return list(tests)


def _series(cell: str, rows: Sequence[Row]) -> Iterator[tuple[str, list[str], list[Row]]]:
    """Name, metrics, and the runs that have them all. What was measured unloaded, where nothing was found, is left out:
    its figures are others."""
    rows = [row for row in rows if row["basis"] == "at the rate"]
    having = {metric: [row for row in rows if finite(row.get(metric)) is not None] for metric in METRICS}
    for metric in () if _loaded_alike(rows) else _LATENCIES:
        having[metric] = []
    told = [row for row in rows if any(row in known for known in having.values())]
    if whole := [metric for metric, known in having.items() if known and len(known) == len(told)]:
        yield cell, whole, told
    for metric, known in having.items():
        if known and metric not in whole:
            yield f"{cell}.{metric}", [metric], known


def _loaded_alike(rows: Sequence[Row]) -> bool:
    """Whether latencies are of the same load in each run, and not each at the rate that the run itself has found."""
    kinds = [KINDS[str(row["kind"])] for row in rows]
    found = {row.get("rate_per_s") for row in rows} - {None}
    return not any(kind.seeks for kind in kinds) and (len(found) <= 1 or not any(kind.asks_rates for kind in kinds))


def _test(file: Path, metrics: Sequence[str], rows: Sequence[Row]) -> dict[str, object]:
    names = (_TIME, *_ABOUT, *metrics)
    written = io.BytesIO()
    csv_rows([column for column in runs.COLUMNS if column.name in names], rows, written)
    RunDirectory.write(file, written.getvalue().decode())
    return {
        "type": "csv",
        "file": str(file.resolve()),
        "time_column": _TIME,
        "attributes": list(_ABOUT),
        "metrics": {metric: {"direction": METRICS[metric]} for metric in metrics},
    }
