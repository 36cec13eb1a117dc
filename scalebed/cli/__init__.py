"""What a person types and sees; the only place that wires the others together."""

from typing import Literal

RUNNERS = 2
"""Pods that share the load in a cluster, where nobody says how many."""

TableName = Literal["trials", "seconds", "endpoints", "runs"]
"""Of `scalebed.report.tables.TABLES`."""
Form = Literal["csv", "jsonl", "parquet", "otava"]
"""In which a table is exported."""
