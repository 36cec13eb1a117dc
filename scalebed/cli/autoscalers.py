"""What `hpa replay` does: a trace through the model of the autoscaler, a line for each sync."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from scalebed.autoscaling.replay import Replayed, replayed
from scalebed.autoscaling.trace import Trace, TraceError, parse
from scalebed.cli.console import ERR, OUT
from scalebed.cli.documents.autoscalers import replay_document
from scalebed.documents import show


def replay(path: Path, as_json: bool) -> bool:
    """Print it; whether the model decides as was seen. Raises TraceError."""
    trace = _read(path)
    lines = list(replayed(trace))
    if as_json:
        show(replay_document(lines))
    else:
        OUT.print(_table(trace, lines))
    compared = [each for each in lines if each.seen is not None]
    if compared:
        agreed = sum(each.agrees for each in compared)
        ERR.print(f"The model agrees with {agreed} of {len(compared)} decisions that were seen.", highlight=False)
    return all(each.agrees for each in lines)


def _read(path: Path) -> Trace:
    try:
        return parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise TraceError(
            f"{path} cannot be read ({error.strerror}): name a trace, as docs/reference/hpa.md has it"
        ) from error
    except UnicodeDecodeError as error:
        raise TraceError(f"{path} is no text in UTF-8: name a trace, as docs/reference/hpa.md has it") from error


def _table(trace: Trace, lines: Sequence[Replayed]) -> Table:
    seen = any(each.seen is not None for each in lines)
    columns = ("seconds", "replicas", "metrics propose", "desired", *(["seen"] if seen else []), "why")
    table = Table(*columns, box=None, header_style="bold")
    for each in lines:
        decision = each.decision
        table.add_row(
            f"{decision.at_s:g}",
            str(decision.before),
            _proposed(each),
            str(decision.desired),
            *([_seen(each)] if seen else []),
            _why(each),
        )
    return table


def _proposed(each: Replayed) -> str:
    return ", ".join("none" if found.replicas is None else str(found.replicas) for found in each.decision.proposals)


def _seen(each: Replayed) -> str:
    if each.seen is None:
        return ""
    return str(each.seen.desired) if each.agrees else f"{each.seen.desired} (differs)"


def _why(each: Replayed) -> str:
    """Reasons of conditions, as the controller words them; those that say that all is well are left out."""
    reasons = each.decision.reasons
    failures = [f"{found.metric.name}: {found.failure}" for found in each.decision.proposals if found.failure]
    said = [reason for reason in dict.fromkeys(reasons.values()) if reason not in _WELL]
    return "; ".join([*said, *failures])


_WELL = ("SucceededGetScale", "ReadyForNewScale", "ValidMetricFound", "DesiredWithinRange", "NotScaledToZero")
