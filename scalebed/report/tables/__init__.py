"""A run as tables for other programs, a module each: names with units, types that do not depend on what is in them.

Trials are read one after the other, and what a table makes of them is given on at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from scalebed.report.tables import endpoints, runs, seconds, trials
from scalebed.report.tables.table import Table

TABLES: Mapping[str, Table] = {
    "trials": trials.TABLE,
    "seconds": seconds.TABLE,
    "endpoints": endpoints.TABLE,
    "runs": runs.TABLE,
}
