"""What a person types and sees; the only place that wires the others together."""

from typing import Literal

RUNNERS = 2
"""Pods that share the load in a cluster, where nobody says how many."""

TableName = Literal["trials", "seconds", "endpoints", "runs"]
"""Of `scalebed.report.tables.TABLES`."""
AnswerName = Literal[
    "check",
    "compare",
    "doctor",
    "experiments",
    "forecast",
    "hpa-replay",
    "init",
    "lines",
    "queries",
    "report",
    "rerun",
    "run",
    "scenario",
    "scenarios",
    "setup",
    "tune",
]
"""Of `scalebed.cli.answers.ANSWERS`: what `--json` prints, by the command; `scenarios` is the list of them."""
Form = Literal["csv", "jsonl", "parquet", "otava", "hyperfine"]
"""In which a table is exported."""
