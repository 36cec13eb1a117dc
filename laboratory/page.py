"""What the laboratory found, for a reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from laboratory.coverage import AIM, Row, Share
from laboratory.duets import MORE, Compared
from laboratory.race import Entry
from laboratory.services import OUTSIDE, SERVICES
from laboratory.truth import Truth
from laboratory.twice import LOSSES, Pairs

_HEADINGS = (
    "service", "true capacity", "with an interval", "of these, cover it", "bias", "median error", "± half-width",
    "passed above 1.05 ×", "seconds of load",
)  # fmt: skip


def answer(rows: Sequence[Row]) -> str:
    """What all of it comes to, as a paragraph whose first sentence is bold."""
    counted = [row for row in rows if row.service not in OUTSIDE] or list(rows)
    shares = [row.covered.share for row in counted]
    bias = [row.bias for row in counted]
    beyond = [row.beyond.share for row in counted if row.beyond.of]
    kinds = f"{len(counted)} kinds of simulated services" if len(counted) > 1 else counted[0].service
    enough = [row.service for row in counted if row.meets]
    passed = (
        f" Of the trials above 1.05 × it that failed or could be the answer, {_span(beyond)} passed." if beyond else ""
    )
    return (
        f"**The 95% interval of a capacity covers the true one in {_span(shares)} of the searches that have one, over "
        f"{kinds}.** {_met(enough)} The estimate is {_span(bias, '+.1%')} off, in the median.{passed} "
        f"{sum(row.searches for row in counted):,} searches with the search, the SLO and the five blocks of "
        "`replicas.yaml`.\n"
    )


def _span(shares: Sequence[float], form: str = ".0%") -> str:
    low, high = format(min(shares), form), format(max(shares), form)
    return low if low == high else f"{low} to {high}"


def _met(enough: Sequence[str]) -> str:
    """Whose coverage cannot be told from what it says."""
    aim = f"{AIM[0]:.0%} to {AIM[1]:.0%}"
    return f"It cannot be told from {aim} for {', '.join(enough)}." if enough else f"None is near {aim}."


def table(rows: Sequence[Row], truths: Mapping[str, Truth]) -> str:
    """In Markdown, a line for each service."""
    return _tabled(_HEADINGS, [_cells(row, truths[row.service]) for row in rows])


def _cells(row: Row, truth: Truth) -> list[str]:
    error = f" ± {truth.error:.2g}" if truth.error else ""
    return [
        row.service,
        f"{truth.capacity:.2f}/s{error}",
        f"{row.answered:,} of {row.searches:,}",
        f"{_bounded(row.covered)}{row.mark}",
        f"{row.bias:+.1%}",
        f"{row.error:.1%}",
        f"±{row.half_width:.1%}",
        f"{row.beyond.share:.0%} of {row.beyond.of:,}" if row.beyond.of else "none tried",
        f"{row.load_s:,.0f}",
    ]


def _bounded(share: Share) -> str:
    low, high = share.bounds
    return f"{share.share:.1%} ({low:.1%}–{high:.1%})"


def services() -> str:
    """What each of them is, as a table in Markdown."""
    return (
        "\n".join(["| service | what it is |", "|---|---|", *(f"| {s.name} | {s.told} |" for s in SERVICES.values())])
        + "\n"
    )


def spreadsheet(rows: Sequence[Row], truths: Mapping[str, Truth]) -> str:
    """All figures, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("service", "capacity", "capacity_error", "capacity_source", "searches", "answered", "covered", "covered_low",
         "covered_high", "below", "bias", "error", "half_width", "tried_beyond", "passed_beyond", "load_s", "trials",
         "invalid")
    )  # fmt: skip
    for row in rows:
        truth = truths[row.service]
        low, high = row.covered.bounds
        figures = (row.covered.share, low, high)
        writer.writerow(
            (row.service, f"{truth.capacity:.6g}", f"{truth.error:.2g}", truth.source, row.searches, row.answered,
             *(f"{x:.4f}" for x in figures), row.below, *(f"{x:.4f}" for x in (row.bias, row.error, row.half_width)),
             row.beyond.of, row.beyond.hits, f"{row.load_s:.1f}", f"{row.trials:.2f}", f"{row.invalid:.3f}")
        )  # fmt: skip
    return out.getvalue()


def race(entries: Sequence[Entry]) -> str:
    """In Markdown, a line for each method and service."""
    lines = [
        "| service | method | found one | bias | 95% lie within ± of the truth | seconds of load |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for e in entries:
        figures = (f"{e.found:,} of {e.searches:,}", f"{e.bias:+.1%}", f"{e.within:.1%}", f"{e.load_s:,.0f}")
        lines.append("| " + " | ".join((e.service, e.method, *figures)) + " |")
    return "\n".join(lines) + "\n"


def twice(found: Sequence[Pairs]) -> str:
    """In Markdown, a line for each service."""
    headings = ("service", "pairs with intervals", "± half-width of the ratio", "the same: a difference claimed",
                "the same: broken", *(f"{loss:.0%} lost: broken" for loss in LOSSES))  # fmt: skip
    return _tabled(headings, [_told(each) for each in found])


def _told(pairs: Pairs) -> list[str]:
    told = map(_bounded, (pairs.claimed, pairs.broken, *pairs.found))
    return [pairs.service, f"{pairs.pairs:,} of {pairs.tried:,}", f"±{pairs.half_width:.1%}", *told]


def _tabled(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """In Markdown: the first column is words, the others figures."""
    rule = "|---|" + "---:|" * (len(headings) - 1)
    return "\n".join([_line(headings), rule, *map(_line, rows)]) + "\n"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def twice_spreadsheet(found: Sequence[Pairs]) -> str:
    """All figures, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    lost = (f"broken_of_{loss:.0%}_lost".replace("%", "_percent") for loss in LOSSES)
    writer.writerow(("service", "tried", "pairs", "half_width", "claimed_of_same", "broken_of_same", *lost))
    for each in found:
        hits = (s.hits for s in (each.claimed, each.broken, *each.found))
        writer.writerow((each.service, each.tried, each.pairs, f"{each.half_width:.4f}", *hits))
    return out.getvalue()


def duets(found: Sequence[Compared]) -> str:
    """In Markdown, a line for each host and way of comparing."""
    headings = ("host", "measured in", "± half-width of a ratio", "95% of floors are below",
                "the same: a difference claimed", *(f"{more - 1:.0%} more: found" for more in MORE))  # fmt: skip
    return _tabled(headings, [_in_both_ways(each) for each in found])


def duets_answer(found: Sequence[Compared]) -> str:
    """What all of it comes to, as a paragraph whose first sentence is bold."""
    by_place = {(each.host, each.way): each for each in found}
    host = found[-1].host
    duet, blocks = by_place[host, "duets"], by_place[host, "blocks"]
    place = MORE.index(1.05)
    claimed = [each.claimed.share for each in found if each.way == "duets"]
    return (
        f"**On a host {host} in five blocks a request that costs 5% more is found in {duet.found[place].share:.0%} of "
        f"the comparisons made in duets, and in {blocks.found[place].share:.0%} of those made one after the other.** "
        f"Half the interval of a ratio is {duet.half_width:.1%} in place of {blocks.half_width:.1%}, and 95% of the "
        f"floors lie below {duet.floor:.3f} × in place of {blocks.floor:.3f} ×. Of the same service a difference is "
        f"claimed in {_span(claimed, '.1%')}. {duet.runs:,} simulated runs of each.\n"
    )


def _in_both_ways(each: Compared) -> list[str]:
    told = map(_bounded, (each.claimed, *each.found))
    return [each.host, each.way, f"±{each.half_width:.1%}", f"{each.floor:.3f} ×", *told]


def duets_spreadsheet(found: Sequence[Compared]) -> str:
    """All figures, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    more = (f"found_of_{more - 1:.0%}_more".replace("%", "_percent") for more in MORE)
    writer.writerow(("host", "way", "runs", "half_width", "floor_95", "claimed_of_same", *more))
    for each in found:
        hits = (s.hits for s in (each.claimed, *each.found))
        writer.writerow((each.host, each.way, each.runs, f"{each.half_width:.4f}", f"{each.floor:.4f}", *hits))
    return out.getvalue()


def race_spreadsheet(entries: Sequence[Entry]) -> str:
    """All figures, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("service", "method", "searches", "found", "bias", "spread", "within", "load_s"))
    for e in entries:
        shares = (f"{x:.4f}" for x in (e.bias, e.spread, e.within))
        writer.writerow((e.service, e.method, e.searches, e.found, *shares, f"{e.load_s:.1f}"))
    return out.getvalue()
