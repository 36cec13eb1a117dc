"""The JSON libraries of the switch `json`, on the same page of contacts."""

import json

import pytest
from optimized.contacts.infrastructure.rendering import RENDERINGS
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.contacts_page import ROWS, SIZE


@pytest.mark.benchmark(group="JSON of 50 contacts")
@pytest.mark.parametrize("library", RENDERINGS)
def test_encode(benchmark: BenchmarkFixture, library: str) -> None:
    rendering = RENDERINGS[library]
    page = {"results": [rendering.contact(row) for row in ROWS]}
    assert len(json.loads(benchmark(lambda: rendering.encode(page)))["results"]) == SIZE


@pytest.mark.benchmark(group="rows to JSON of 50 contacts")
@pytest.mark.parametrize("library", RENDERINGS)
def test_render_and_encode(benchmark: BenchmarkFixture, library: str) -> None:
    rendering = RENDERINGS[library]
    body = benchmark(lambda: rendering.encode({"results": [rendering.contact(row) for row in ROWS]}))
    assert len(json.loads(body)["results"]) == SIZE
