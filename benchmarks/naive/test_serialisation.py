"""A page of contacts as bytes, by REST framework."""

import json

import pytest
from contacts.serializers import ContactSerializer
from contacts_page import SIZE
from instances import INSTANCES
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework.renderers import JSONRenderer


@pytest.mark.benchmark(group="50 contacts to bytes")
def test_drf_serializer(benchmark: BenchmarkFixture) -> None:
    body = benchmark(lambda: JSONRenderer().render(ContactSerializer(INSTANCES, many=True).data))
    assert len(json.loads(body)) == SIZE
