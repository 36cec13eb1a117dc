"""The signed cursors of keyset pages."""

from datetime import datetime

import pytest
from contract.cursors import Cursor, CursorSigner
from contract.listing import DEFAULT_ORDERING
from optimized.contacts.infrastructure.cursors import PlaceCodec
from pytest_benchmark.fixture import BenchmarkFixture

SIGNER = CursorSigner("contacts", "of no use", PlaceCodec())
CURSOR = Cursor((datetime(2021, 3, 4, 5, 6, 7, 123456), 4711), backward=False)  # noqa: DTZ001  as the database gives it


@pytest.mark.benchmark(group="cursor")
def test_sign(benchmark: BenchmarkFixture) -> None:
    text = benchmark(lambda: SIGNER.sign(DEFAULT_ORDERING, CURSOR))
    assert SIGNER.read(DEFAULT_ORDERING, text).values[1] == 4711


@pytest.mark.benchmark(group="cursor")
def test_read(benchmark: BenchmarkFixture) -> None:
    text = SIGNER.sign(DEFAULT_ORDERING, CURSOR)
    assert benchmark(lambda: SIGNER.read(DEFAULT_ORDERING, text)).values[1] == 4711
