"""What `lines` and `rerun` do: sum up TestRuns, and run one again."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scalebed.cli import testrun_tables
from scalebed.cli.console import OUT, say, stopping_once
from scalebed.cli.engine_options import Choice
from scalebed.engines.k6.logs import summed
from scalebed.execution.clock import SystemClock
from scalebed.report.findings.conclusion import Conclusion


def lines(files: Sequence[str]) -> Conclusion:
    """Sum up what runners wrote; no valid answer where the sum is not of the whole load."""
    summary = summed(files, sys.stdin.buffer)
    OUT.print(testrun_tables.listing(summary))
    if summary.errors:
        OUT.print(testrun_tables.errors(summary))
    OUT.print(f"{summary.due:,} arrivals were due, {summary.dropped:,} found no free VU.", highlight=False)
    for failure in summary.failures:
        say(f"A generator failed: {failure}")
    for check, failed in summary.checks.items():
        say(f"A check failed {failed:,} times: {check}")
    for remark in summary.remarks:
        OUT.print(f"Missing: {remark}", style="red", highlight=False, markup=False, soft_wrap=True)
    return Conclusion.NO_VALID_ANSWER if summary.failures or summary.remarks else Conclusion.YES


def rerun(testrun: str, replicas: int, chosen: Choice) -> Conclusion:
    """Scale, run the same TestRun again, and show both results; no valid answer where a generator failed."""
    with stopping_once():
        outcomes = chosen.rerun(testrun, replicas, SystemClock(), say)
    OUT.print(testrun_tables.side_by_side(*outcomes))
    failures = [f"with {o.replicas} replicas: {failure}" for o in outcomes for failure in o.summary.failures]
    for failure in failures:
        say(f"A generator failed {failure}")
    return Conclusion.NO_VALID_ANSWER if failures else Conclusion.YES
