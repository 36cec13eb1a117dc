"""What `lines` and `rerun` do: sum up TestRuns, and run one again."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from scalebed.cli import testrun_tables
from scalebed.cli.console import ERR, OUT, say, stopping_once, whisper
from scalebed.cli.documents.testruns import LinesDocument, RerunDocument, load_part, replicas_part
from scalebed.cli.engine_options import Choice
from scalebed.documents import show
from scalebed.engines.k6.logs import summed
from scalebed.execution.clock import SystemClock
from scalebed.report.findings.conclusion import Conclusion


def lines(files: Sequence[str], *, as_json: bool = False) -> Conclusion:
    """Sum up what runners wrote; no valid answer where the sum is not of the whole load."""
    console, tell = (ERR, whisper) if as_json else (OUT, say)
    summary = summed(files, sys.stdin.buffer)
    console.print(testrun_tables.listing(summary))
    if summary.errors:
        console.print(testrun_tables.errors(summary))
    console.print(f"{summary.due:,} arrivals were due, {summary.dropped:,} found no free VU.", highlight=False)
    for failure in summary.failures:
        tell(f"A generator failed: {failure}")
    for check, failed in summary.checks.items():
        tell(f"A check failed {failed:,} times: {check}")
    for remark in summary.remarks:
        console.print(f"Missing: {remark}", style="red", highlight=False, markup=False, soft_wrap=True)
    conclusion = Conclusion.NO_VALID_ANSWER if summary.failures or summary.remarks else Conclusion.YES
    if as_json:
        show(LinesDocument(load=load_part(summary), exit_code=int(conclusion)))
    return conclusion


def rerun(testrun: str, replicas: int, chosen: Choice, *, as_json: bool = False) -> Conclusion:
    """Scale, run the same TestRun again, and show both results; no valid answer where a generator failed."""
    console, tell = (ERR, whisper) if as_json else (OUT, say)
    with stopping_once():
        outcomes = chosen.rerun(testrun, replicas, SystemClock(), tell)
    console.print(testrun_tables.side_by_side(*outcomes))
    failures = [f"with {o.replicas} replicas: {failure}" for o in outcomes for failure in o.summary.failures]
    for failure in failures:
        tell(f"A generator failed {failure}")
    conclusion = Conclusion.NO_VALID_ANSWER if failures else Conclusion.YES
    if as_json:
        before, after = map(replicas_part, outcomes)
        show(RerunDocument(before=before, after=after, exit_code=int(conclusion)))
    return conclusion
