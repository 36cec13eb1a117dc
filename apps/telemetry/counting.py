"""Counts and times requests, whichever framework answers them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telemetry.metrics import DURATION, REQUESTS

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
# What nginx notes for a client that left before the answer; an event loop cancels the request's task.
CLIENT_LEFT = 499

# Binding labels costs more than counting, so each combination is bound once; there are few, because routes are
# patterns and not paths, and a method that HTTP does not know is not taken for a label.
_bound: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}


def _bind(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    labels = (method, route, str(status))
    pair = _bound[(method, route, status)] = REQUESTS.labels(*labels), DURATION.labels(*labels)
    return pair


def record(method: str | None, route: str, status: int, seconds: float) -> None:
    """Count a request to a route and the seconds that it took."""
    key = (method if method in METHODS else "other", route, status)
    requests, duration = _bound.get(key) or _bind(*key)
    requests.inc()
    duration.observe(seconds)
