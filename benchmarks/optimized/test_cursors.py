"""The signed cursors of keyset pages."""

from datetime import datetime

import pytest
from contacts.application.cursors import Cursor, CursorSigner
from contacts.application.listing import NEWEST_FIRST
from pytest_benchmark.fixture import BenchmarkFixture

SIGNER = CursorSigner("of no use")
CURSOR = Cursor((datetime(2021, 3, 4, 5, 6, 7, 123456), 4711), backward=False)  # noqa: DTZ001  as the database gives it


@pytest.mark.benchmark(group="cursor")
def test_sign(benchmark: BenchmarkFixture) -> None:
    text = benchmark(lambda: SIGNER.sign(NEWEST_FIRST, CURSOR))
    assert SIGNER.read(NEWEST_FIRST, text).values[1] == 4711


@pytest.mark.benchmark(group="cursor")
def test_read(benchmark: BenchmarkFixture) -> None:
    text = SIGNER.sign(NEWEST_FIRST, CURSOR)
    assert benchmark(lambda: SIGNER.read(NEWEST_FIRST, text)).values[1] == 4711
