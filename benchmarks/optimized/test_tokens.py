"""Tokens by the libraries of the switch `jwt`."""

from time import time

import pytest
from optimized.contacts.infrastructure.tokens import SIGNERS
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.service import SECRET_KEY


def claims() -> dict[str, object]:
    now = int(time())
    return {"sub": "bench", "use": "access", "iat": now, "exp": now + 300}


@pytest.mark.benchmark(group="token signed")
@pytest.mark.parametrize("library", SIGNERS)
def test_sign(benchmark: BenchmarkFixture, library: str) -> None:
    signer = SIGNERS[library](SECRET_KEY)
    assert benchmark(lambda: signer.sign(claims())).count(".") == 2


@pytest.mark.benchmark(group="token verified")
@pytest.mark.parametrize("library", SIGNERS)
def test_verify(benchmark: BenchmarkFixture, library: str) -> None:
    signer = SIGNERS[library](SECRET_KEY)
    token = signer.sign(claims())
    read = benchmark(lambda: signer.read(token))
    assert read is not None
    assert read["sub"] == "bench"
