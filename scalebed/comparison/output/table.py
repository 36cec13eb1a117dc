"""The table in the terminal."""

from __future__ import annotations

from rich import box
from rich.table import Table

from scalebed.comparison import words
from scalebed.comparison.verdict import Comparison
from scalebed.report.sentences import figures


def table(comparison: Comparison) -> Table:
    """A line for each quantity of each place."""
    made = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    made.add_column("variant", overflow="fold", min_width=8)
    made.add_column("quantity", no_wrap=True)
    for name in ("before", "after"):
        made.add_column(name, justify="right", overflow="fold")
    made.add_column("change", justify="right", no_wrap=True)
    made.add_column("", no_wrap=True)
    for i, change in enumerate(comparison.changes):
        place = change.place
        first = i == 0 or comparison.changes[i - 1].place != place
        last = i + 1 == len(comparison.changes) or comparison.changes[i + 1].place != place
        named = place.variant or comparison.after.variants[0]
        at = "" if place.rate is None else f"\nat {place.rate:g}/s"
        users = "" if place.users is None else f"\n{figures.count(place.users, 'user')}"
        made.add_row(
            f"{named} x{place.replicas}{at}{users}" if first else "",
            f"{words.quantity(change)}\n{words.unit(change, comparison)}",
            figures.interval(change.before).replace(" (", "\n("),
            figures.interval(change.after).replace(" (", "\n("),
            words.moved(change.ratio).replace(" (", "\n("),
            _short(words.verdict(change, comparison)),
            end_section=last,
        )
    return made


def _short(verdict: str) -> str:
    """As reports mark it in a table."""
    return "≈" if verdict == "no difference claimed" else verdict
