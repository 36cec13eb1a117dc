"""What a service has to keep: latencies and errors, as a mapping or as lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from scalebed.experiment.strict import Strict
from scalebed.secrecy import VEIL


class Limit(Strict):
    """A further percentile that is limited: of all requests, or of those to one endpoint."""

    percentile: float = Field(gt=0, lt=100)
    latency_ms: float = Field(gt=0)
    endpoint: str = ""
    """As the report names it; empty for all."""
    latency_of: Literal["all", "successes"] = "all"
    """As the SLO's own."""

    @property
    def heard_as(self) -> str:
        """The endpoint as it comes from a load generator: without secrets."""
        return VEIL.over(self.endpoint)

    @property
    def words(self) -> str:
        """`p99 ≤ 2500 ms for search`."""
        of = " of successes" if self.latency_of == "successes" else ""
        return f"p{self.percentile:g} ≤ {self.latency_ms:g} ms{of}{f' for {self.endpoint}' if self.endpoint else ''}"


class Slo(Strict):
    """Limits that a rate must meet: `percentile` of all latencies ≤ `latency_ms`, and errors ≤ `error_rate`.

    An error is a request without an answer, one whose check failed, an answer with a status outside 2xx that the script
    neither follows nor declares expected, a script that throws, or an arrival that was dropped.
    """

    percentile: float = Field(95, gt=0, lt=100)
    latency_ms: float = Field(1000, gt=0)
    error_rate: float = Field(0.01, ge=0, lt=1)
    latency_of: Literal["all", "successes"] = "all"
    """What the percentile is of: `all` requests, where one that failed counts as slower than any limit, or `successes`
    only."""
    further: tuple[Limit, ...] = ()
    """Percentiles that are limited besides."""
    checks: float | None = Field(None, gt=0, le=1)
    """The share of all that a script checks, over the whole of a trial, that has to be so."""
    thresholds: bool = False
    """The script's own thresholds belong to it: they are put in once the script has been read."""

    @property
    def highest(self) -> float:
        """The highest percentile of all requests that is limited: it takes the most of them to judge."""
        return max([self.percentile, *(limit.percentile for limit in self.further if not limit.endpoint)])

    def unheard(self, came: Collection[str]) -> str:
        """Of limits for endpoints that are not among those that came, a sentence; empty where there are none."""
        missing = dict.fromkeys(limit.endpoint for limit in self.further if limit.heard_as not in ("", *came))
        if not missing:
            return ""
        known = ", ".join(sorted(came)) or "none"
        return f"no request came for {', '.join(missing)}, which slo limits; the endpoints that came are: {known}"


_LATENCY = re.compile(
    r"p\(?(?P<percentile>\d+(?:\.\d+)?)\)?\s*<=?\s*(?P<limit>\d+(?:\.\d+)?)\s*(?P<unit>ms|s)"
    r"(?P<successes>\s+of\s+successes)?(?:\s+for\s+(?P<endpoint>\S.*))?"
)
_ERRORS = re.compile(r"errors\s*<=?\s*(?P<percent>\d+(?:\.\d+)?)\s*%")
_CHECKS = re.compile(r"checks\s*>=?\s*(?P<percent>\d+(?:\.\d+)?)\s*%")
_FORMS = (
    "p(95) < 1000 ms, p(99) < 2.5 s for ENDPOINT, errors < 1 %, checks > 99 %, or thresholds for those of the script"
)


def read_lines(lines: Sequence[object]) -> Mapping[str, Any]:
    """The keys of `Slo` that the lines come to. Raises ValueError with the rest of a sentence.

    The first percentile of all requests is the SLO's own, others are `further` ones; without any, that of the defaults
    holds.
    """
    found: dict[str, Any] = {}
    further: list[dict[str, Any]] = []
    for line in lines:
        text = " ".join(str(line).split())
        if match := _LATENCY.fullmatch(text):
            limit = _latency(match)
            if "endpoint" in limit or "percentile" in found:
                further.append(limit)
            else:
                found |= limit
        elif text == "thresholds":
            found["thresholds"] = True
        else:
            key, share = _share(text)
            if key in found:
                raise ValueError(f"{text!r}: {'checks' if key == 'checks' else 'errors'} are limited twice")
            found[key] = share
    return {**found, "further": further}


def _latency(match: re.Match[str]) -> dict[str, Any]:
    limit_ms = float(match["limit"]) * (1000 if match["unit"] == "s" else 1)
    limit: dict[str, Any] = {"percentile": float(match["percentile"]), "latency_ms": limit_ms}
    if match["successes"]:
        limit["latency_of"] = "successes"
    if match["endpoint"]:
        limit["endpoint"] = match["endpoint"]
    return limit


def _share(text: str) -> tuple[str, float]:
    for key, pattern in (("error_rate", _ERRORS), ("checks", _CHECKS)):
        if match := pattern.fullmatch(text):
            return key, float(match["percent"]) / 100
    raise ValueError(f"{text!r}: is no limit; write {_FORMS}")


def _read(value: object) -> object:
    if isinstance(value, str):
        value = [value]
    return read_lines(value) if isinstance(value, list | tuple) else value


NamedSlo = Annotated[
    Slo, BeforeValidator(_read, json_schema_input_type=Slo | Annotated[list[str], Field(min_length=1)] | str)
]
"""In YAML also as lines."""
