"""Tokens by simplejwt, which stands on PyJWT."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework_simplejwt.tokens import AccessToken


def signed() -> str:
    token = AccessToken()
    token["user_id"] = "1"
    return str(token)


@pytest.mark.benchmark(group="token signed")
def test_simplejwt_signs(benchmark: BenchmarkFixture) -> None:
    assert benchmark(signed).count(".") == 2


@pytest.mark.benchmark(group="token verified")
def test_simplejwt_verifies(benchmark: BenchmarkFixture) -> None:
    token = signed()
    assert benchmark(lambda: AccessToken(token))["user_id"] == "1"  # type: ignore[arg-type]  # text is what it reads
