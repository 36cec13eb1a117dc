"""A page of contacts as bytes: model instances through Ninja's schema, and rows straight to JSON."""

import json

import pytest
from ninja import Schema
from optimized.contacts.api.schemas import Contact
from optimized.contacts.infrastructure.rendering import by_orjson, contact
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.contacts_page import ROWS, SIZE
from benchmarks.instances import INSTANCES


class Page(Schema):
    """A page, as Ninja's users declare a response."""

    results: list[Contact]


@pytest.mark.benchmark(group="50 contacts to bytes")
def test_ninja_schema(benchmark: BenchmarkFixture) -> None:
    body = benchmark(lambda: Page.model_validate({"results": INSTANCES}).model_dump_json().encode())
    assert len(json.loads(body)["results"]) == SIZE


@pytest.mark.benchmark(group="50 contacts to bytes")
def test_rows_and_orjson(benchmark: BenchmarkFixture) -> None:
    body = benchmark(lambda: by_orjson({"results": [contact(row) for row in ROWS]}))
    assert len(json.loads(body)["results"]) == SIZE
