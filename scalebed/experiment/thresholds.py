"""The thresholds of a k6 script as lines of an SLO."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from scalebed.experiment.doubts import doubts
from scalebed.experiment.slo import Limit, Slo, read_lines
from scalebed.experiment.spec import Experiment, Search, SpecError
from scalebed.statistics import sample_size

Thresholds = Mapping[str, Sequence[Any]]
"""As k6 prints a script's options: by metric, each an expression or a mapping that has one as `threshold`."""
_BOUND = re.compile(r"(?P<what>p\(\d+(?:\.\d+)?\)|med|rate)(?P<way>[<>])=?(?P<bound>\d+(?:\.\d+)?)", re.ASCII)

_FIRST = ("percentile", "latency_ms", "latency_of")


class _UnsayableError(Exception):
    """Why no SLO can say it."""


def read(thresholds: Thresholds) -> tuple[list[str], list[str]]:
    """Those that an SLO can say, as its lines; and sentences on the others, each of which names one."""
    lines: list[str] = []
    shares: dict[str, list[Decimal]] = {"errors <": [], "checks >": []}
    others: list[str] = []
    for metric, expression in _all(thresholds):
        try:
            what, limit = _limit(metric, expression)
            _try(_share(what, limit) if what in shares else what)
        except _UnsayableError as why:
            others.append(f"{metric}: {expression} ({why})")
            continue
        if what in shares:
            shares[what].append(limit)
        else:
            lines.append(what)
    for what, strictest in (("errors <", min), ("checks >", max)):
        lines += [_share(what, strictest(shares[what]))] if shares[what] else []
    return lines, others


def _limit(metric: str, expression: str) -> tuple[str, Decimal]:
    """A line of latency and its limit, or what a rate is of and its limit."""
    name, tags = _split(metric)
    what, way, bound = _parts(expression)
    if name == "http_req_duration" and what != "rate" and way == "<":
        return f"p({50 if what == 'med' else what[2:-1]}) < {_exact(bound)} ms{_whose(tags)}", bound
    if what == "rate" and not tags and (name, way) == ("http_req_failed", "<"):
        return "errors <", bound
    if what == "rate" and not tags and (name, way) == ("checks", ">"):
        return "checks >", bound
    raise _UnsayableError("no line of an SLO says this")


def _share(what: str, limit: Decimal) -> str:
    return f"{what} {_exact(limit * 100)} %"


def _exact(number: Decimal) -> str:
    return f"{number.normalize():f}"


def _try(line: str) -> None:
    """Read the line as the SLO will. Raises _UnsayableError where none can hold it."""
    try:
        Slo.model_validate(read_lines([line]))
    except ValueError as error:
        raise _UnsayableError("no SLO has such a limit") from error


def settle(experiment: Experiment, thresholds: Thresholds) -> Experiment:
    """The experiment with what its script's thresholds come to in its SLO. Raises SpecError, which names those that it
    cannot say."""
    lines, others = read(thresholds)
    if others:
        raise SpecError(
            f"slo: thresholds: the script has some that are none of latency, errors or checks as they are judged here: "
            f"{'; '.join(others)}; take them out of the script, or write lines under slo in the place of thresholds"
        )
    if not lines:
        raise SpecError("slo: thresholds: the script has none; write lines such as p(95) < 500 ms and errors < 1 %")
    slo = _merged(experiment.slo, read_lines(lines))
    settled = experiment.model_copy(update={"slo": slo})
    # Unless the file itself says how many requests are enough.
    if experiment.search.min_requests == _requests(experiment.slo):
        search = experiment.search.model_copy(update={"min_requests": _requests(slo)})
        settled = settled.model_copy(update={"search": search})
    for doubt in doubts(settled):
        raise SpecError(f"slo: thresholds: {doubt}")
    return settled


def _requests(slo: Slo) -> int:
    return max(Search().min_requests, sample_size.needed(slo.highest, slo.error_rate))


def _merged(slo: Slo, found: Mapping[str, Any]) -> Slo:
    """What the file says first, however little of it, and of errors and checks the stricter. What is there already is
    not put in again, as where the file is one that a report wrote."""
    limits = slo.model_dump(exclude_unset=True)
    own = Limit.model_validate(slo.model_dump(include=set(_FIRST)))
    more = list(found["further"])
    if "percentile" in found:
        first = Limit.model_validate({key: found[key] for key in _FIRST if key in found})
        if limits.keys().isdisjoint(_FIRST):
            own = first
        elif first != own:
            more.insert(0, first)
        limits |= own.model_dump(include=set(_FIRST))
    known = list(slo.further)
    for each in map(Limit.model_validate, more):
        if each not in known:
            known.append(each)
    limits["further"] = known
    if "error_rate" in found:
        limits["error_rate"] = min(found["error_rate"], limits.get("error_rate", 1.0))
    if "checks" in found:
        limits["checks"] = max(found["checks"], slo.checks or 0.0)
    return Slo.model_validate(limits)


def _all(thresholds: Thresholds) -> Iterator[tuple[str, str]]:
    for metric, limits in thresholds.items():
        for limit in limits:
            yield metric, str(limit.get("threshold") if isinstance(limit, Mapping) else limit)


def _split(metric: str) -> tuple[str, Mapping[str, str]]:
    """`http_req_duration{name:login}` in its parts."""
    name, _, inner = metric.partition("{")
    pairs = (pair.partition(":") for pair in inner.removesuffix("}").split(",") if pair.strip())
    return name.strip(), {_bare(key): _bare(value) for key, _, value in pairs}


def _bare(text: str) -> str:
    """Without quotes around it, as k6 takes it."""
    return text.strip().strip("\"'")


def _parts(expression: str) -> tuple[str, str, Decimal]:
    match = _BOUND.fullmatch("".join(expression.split()))
    if match is None:
        raise _UnsayableError("an SLO limits percentiles, the median, and the rates of errors and of checks")
    return match["what"], match["way"], Decimal(match["bound"])


def _whose(tags: Mapping[str, str]) -> str:
    """The rest of a line of latency."""
    rest = dict(tags)
    expected = rest.pop("expected_response", "")
    if expected not in ("", "true"):
        raise _UnsayableError("an SLO is of all requests, or of those that succeed")
    told = " of successes" if expected else ""
    if not rest:
        return told
    (key, value), *more = rest.items()
    if more or key not in ("name", "endpoint", "group"):
        raise _UnsayableError("an endpoint is told by one of the tags name, endpoint and group")
    if value != " ".join(value.split()):
        raise _UnsayableError("a line takes several spaces in an endpoint's name for one")
    if "://" in value:
        raise _UnsayableError(
            "an endpoint without a name is told by its path: name the request, or write a line for it"
        )
    if key == "group":
        value = value.removeprefix("::").replace("::", " / ")
    return f"{told} for {value}"
