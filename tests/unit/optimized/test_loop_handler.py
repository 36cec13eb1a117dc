"""Django on the loop: the hot reads take no thread and send no signals, and all else is Django's in a thread.

That the answers are Django's own, test_front.py asks of both.
"""

from __future__ import annotations

import pytest

from tests.unit.optimized.conftest import Ask, Pair, request

HOT = [
    request("/api/contacts/7/"),
    request("/api/contacts/7/", method="HEAD"),
    request("/api/contacts/", "page_size=2"),
    request("/api/contacts/404/"),
    request("/api/contacts/500/"),
]
OTHERS = [
    request("/api/contacts/", method="POST", chunks=["{}"]),
    request("/api/contacts/aggregate/", "group_by=color"),
    request("/healthz"),
    request("/nowhere"),
]


@pytest.fixture(scope="module", params=["loop", "front"])
def pairs(ask: Ask, request: pytest.FixtureRequest) -> list[Pair]:
    """What both answer, first to the hot reads."""
    return ask([*HOT, *OTHERS], str(request.param))


def test_the_hot_reads_send_no_signals(pairs: list[Pair]) -> None:
    assert [pair["hot"]["signals"] for pair in pairs[: len(HOT)]] == [[0, 0]] * len(HOT)
    assert [pair["hot"]["status"] for pair in pairs[: len(HOT)]] == [200, 200, 200, 404, 500]


def test_all_else_has_django_s_signals_once(pairs: list[Pair]) -> None:
    assert [pair["hot"]["signals"] for pair in pairs[len(HOT) :]] == [[1, 1]] * len(OTHERS)
