"""A page of contacts as bytes, by REST framework."""

import json

import pytest
from naive.contacts.serializers import ContactSerializer
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework.renderers import JSONRenderer

from benchmarks.contacts_page import SIZE
from benchmarks.instances import INSTANCES


@pytest.mark.benchmark(group="50 contacts to bytes")
def test_drf_serializer(benchmark: BenchmarkFixture) -> None:
    body = benchmark(lambda: JSONRenderer().render(ContactSerializer(INSTANCES, many=True).data))
    assert len(json.loads(body)) == SIZE
