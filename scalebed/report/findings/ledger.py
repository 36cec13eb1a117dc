"""What became of acknowledged writes, from the checks of the workload `ledger` (loadtest/k6/ledger.js)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from scalebed.records.run_directory import CheckRecord
from scalebed.statistics.intervals import most_share

MARK = "ledger: "
"""With which its checks begin."""
_KEPT = "ledger: an acknowledged write is there afterwards"
_ONCE = "ledger: what was made once is there once"
_FRESH = "ledger: a read is no staler than declared"
_TOOK_EFFECT = "ledger: of unknown outcome, took effect"
_NO_EFFECT = "ledger: of unknown outcome, had no effect"
_UNREAD = "ledger: could not be read afterwards"


@dataclass(frozen=True)
class Ledger:
    """Counts over all trials of a cell."""

    written: int
    """Resources whose last acknowledged write was looked for afterwards."""
    lost: int
    made: int
    doubled: int
    read: int
    """Answers during the load that showed what had been written."""
    stale: int
    """Those that were staler than declared."""
    took_effect: int
    """Writes of which nobody knows how they ended, and that turned out to be done."""
    no_effect: int
    unread: int
    """Resources that could not be read in time."""

    @property
    def broken(self) -> bool:
        return bool(self.lost or self.doubled or self.stale)

    @property
    def lost_at_most(self) -> float:
        """With 95% certainty, the share of acknowledged writes that are lost."""
        return most_share(self.lost, self.written)


def ledger(checks: Iterable[CheckRecord]) -> Ledger | None:
    """None where the workload keeps no ledger."""
    passed: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for check in checks:
        if check.check.startswith(MARK):
            passed[check.check] += check.passed
            failed[check.check] += check.failed
    if not passed and not failed:
        return None
    return Ledger(
        written=passed[_KEPT] + failed[_KEPT],
        lost=failed[_KEPT],
        made=passed[_ONCE] + failed[_ONCE],
        doubled=failed[_ONCE],
        read=passed[_FRESH] + failed[_FRESH],
        stale=failed[_FRESH],
        took_effect=passed[_TOOK_EFFECT],
        no_effect=passed[_NO_EFFECT],
        unread=passed[_UNREAD],
    )
