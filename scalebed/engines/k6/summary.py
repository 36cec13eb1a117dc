"""What the lines of one load come to: requests, errors and exact percentiles over all of its generators."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from scalebed.engines.k6.protocol import MARK, Row, parse_row
from scalebed.measurement.histograms import HistogramError, merge
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond
from scalebed.messages import UserError

_MARK = MARK.decode()
_PREFIX = re.compile(
    r"(\[pod/[^\]\s]+\] )?"  # kubectl logs --prefix
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d) )?"  # kubectl logs --timestamps
)
_TAIL = re.compile(r'^(?!\{|\[|\d{4}-).*"(histogram|lag_ms|failed|message|undelayed|beside)":[^:]*\}$')
"""The end of a line whose beginning is missing."""
ALL = "all"
"""Stands for every endpoint together."""


class LinesError(UserError):
    """One sentence: which line cannot be read, or that there is none."""


@dataclass(frozen=True)
class EndpointSummary:
    """`errors` as `scalebed.measurement.errors` has them; latencies are of successes, in ms; NaN where none were."""

    endpoint: str
    requests: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


@dataclass(frozen=True)
class ErrorSummary:
    """Requests of one endpoint that failed in the same way. `status` is 0 where there was no answer."""

    endpoint: str
    status: int
    reason: str
    """In the generator's words; empty where the status says it all."""
    count: int


@dataclass(frozen=True)
class Summary:
    """The endpoints by name, and all of them last. `due` arrivals include `dropped` ones, which found no free VU."""

    endpoints: Sequence[EndpointSummary]
    due: int
    dropped: int
    failures: Sequence[str]
    """What went wrong with a generator itself, each once."""
    errors: Sequence[ErrorSummary] = ()
    """By endpoint, the most frequent first."""
    checks: Mapping[str, int] = field(default_factory=dict)
    """Checks that failed, and how often."""
    remarks: Sequence[str] = ()
    """Sentences on what of the lines is missing."""


class Tally:
    """Adds up sources of lines, one after another; none of them twice."""

    def __init__(self) -> None:
        self._endpoints: defaultdict[str, _Endpoint] = defaultdict(_Endpoint)
        self._errors: Counter[tuple[str, int, str]] = Counter()
        self._checks: Counter[str] = Counter()
        self._due = self._dropped = self._seen = 0
        self._failures: dict[str, None] = {}
        self._remarks: list[str] = []
        self._digests: dict[str, list[bytes]] = {}
        self._numbers: defaultdict[str, _Numbers] = defaultdict(_Numbers)

    def remark(self, sentence: str) -> None:
        """On what of the lines is missing."""
        self._remarks.append(sentence)

    def add(self, rows: Iterable[str], source: str = "") -> int:
        """How many of the rows are lines of loadtest/README.md, whatever stands between and, from kubectl, before them.

        A last one that is cut short is left out and remarked. Raises LinesError for any other that cannot be read,
        and for a source that says what another has said.
        """
        where = f"{source}: " if source else ""
        digest = hashlib.sha256()
        digests: list[bytes] = []  # of an older k6's lines alone, which have no numbers to know them by
        seen = 0
        broken: tuple[int, str, Exception] | None = None
        ended, after = False, ""
        for number, row in enumerate(rows, 1):
            ended = ended or row.endswith("\n")
            line = self._ours(where, number, row)
            after = row if line is None and seen else ""
            if line is None:
                if number == 1 and _TAIL.match(row.rstrip()):
                    self.remark(f"{where}the first line has lost its beginning; others may be missing before it.")
                continue
            if broken is not None:
                raise self._unreadable(where, *broken)
            raw = line.encode()
            try:
                parsed = parse_row(raw)
            except (ValueError, KeyError, TypeError) as error:
                broken = number, line, error
                continue
            self._number(source, parsed)
            self._count(parsed)
            seen += 1
            if parsed.number is None:
                digest.update(raw)
                digests.append(digest.digest())
        # What stands after the last end of a line may be the beginning of one of k6's, whatever it is.
        if broken is not None or (ended and after and not after.endswith("\n")):
            self.remark(f"{where}the last line is cut short and does not count; all before it does.")
        self._require_new(source, digests)
        self._seen += seen
        return seen

    def summary(self) -> Summary:
        """Raises LinesError where there is no line at all, or a histogram cannot be read."""
        if not self._seen:
            raise LinesError("there is no line of k6's output scalebed: give what a runner wrote to its log")
        try:
            endpoints = [each.summary(name) for name, each in sorted(self._endpoints.items(), key=_all_last)]
        except HistogramError as error:
            raise LinesError(str(error)) from error
        errors = sorted(self._errors.items(), key=lambda item: (item[0][0], -item[1], item[0]))
        return Summary(
            endpoints,
            self._due,
            self._dropped,
            tuple(self._failures),
            tuple(ErrorSummary(*key, count) for key, count in errors),
            dict(self._checks),
            (*self._remarks, *(said for runner, each in self._numbers.items() if (said := each.missing(runner)))),
        )

    def _ours(self, where: str, number: int, row: str) -> str | None:
        """The line without its end and without what kubectl puts before it; None where it is not k6's."""
        row = row.rstrip("\r\n")
        before, mark, rest = row.partition(_MARK)
        if not mark:
            return None
        if _PREFIX.fullmatch(before) is None:
            raise LinesError(
                f"{where}line {number} has something before what k6 wrote, which only kubectl logs --prefix and "
                f"--timestamps may: {row[:80]}"
            )
        return mark + rest

    def _number(self, source: str, row: Row) -> None:
        """Raises LinesError for a line that has been counted."""
        if row.number is None:
            return
        numbers = self._numbers[row.runner]
        if (other := numbers.sources.get(row.number)) is not None:
            where = f"{other} and {source} both hold" if other != source else f"{source or 'this'} holds twice"
            raise LinesError(
                f"{where} line {row.number} of the runner {row.runner}, which would count twice; give every line once"
            )
        numbers.sources[row.number] = source
        numbers.whole = numbers.whole or row.last

    def _count(self, row: Row) -> None:
        line = row.line
        if isinstance(line, EndpointSecond):
            for name in (line.endpoint, ALL):
                self._endpoints[name].add(line.count, line.histogram, failed=bool(line.failure))
            if line.failure:
                self._errors[line.endpoint, line.status, line.error or ""] += line.count
        elif isinstance(line, GeneratorSecond):
            self._due += line.arrivals + line.dropped
            self._dropped += line.dropped
        elif isinstance(line, CheckCount):
            if line.failed:
                self._checks[line.check] += line.failed
        elif line is not None:
            self._failures[line] = None

    def _unreadable(self, where: str, number: int, line: str, error: Exception) -> LinesError:
        told = LinesError(f"{where}line {number} begins like a line of k6's output but cannot be read: {line[:80]}")
        told.__cause__ = error
        return told

    def _require_new(self, source: str, digests: list[bytes]) -> None:
        """One that begins with all that another holds is the same load's, fetched again."""
        for other, known in self._digests.items():
            shared = min(len(known), len(digests))
            if shared and known[shared - 1] == digests[shared - 1]:
                told = "hold the same lines" if len(known) == len(digests) else "hold the same lines, one of them more"
                raise LinesError(f"{other} and {source} {told}, which would count twice; name one of them")
        self._digests[source] = digests


def summarize(rows: Iterable[str]) -> Summary:
    """Sum up what one source holds. Raises LinesError."""
    tally = Tally()
    tally.add(rows)
    return tally.summary()


@dataclass
class _Numbers:
    """The numbers of one runner's lines, from 1 to its last, which says so."""

    sources: dict[int, str] = field(default_factory=dict)
    whole: bool = False

    def missing(self, runner: str) -> str:
        """What is, in a sentence; empty where nothing is."""
        last = max(self.sources)
        if lost := last - len(self.sources):
            return f"{lost:,} of the first {last:,} lines of the runner {runner}, as when its log is rotated."
        return "" if self.whole else f"what the runner {runner} wrote after its line {last:,}, as while it runs."


@dataclass
class _Endpoint:
    requests: int = 0
    errors: int = 0
    histograms: list[str] = field(default_factory=list)

    def add(self, count: int, histogram: str, *, failed: bool) -> None:
        self.requests += count
        if failed:
            self.errors += count
        else:
            self.histograms.append(histogram)

    def summary(self, endpoint: str) -> EndpointSummary:
        merged = merge(self.histograms)
        percentiles = (merged.percentile_ms(percentile) for percentile in (50, 95, 99))
        return EndpointSummary(endpoint, self.requests, self.errors, *percentiles)


def _all_last(item: tuple[str, _Endpoint]) -> tuple[bool, str]:
    return item[0] == ALL, item[0]
