"""From a list's parameters to its SQL, by filter backends and the ORM. Nothing is sent anywhere."""

import pytest
from naive.contacts.models import AppUser
from naive.contacts.views import ContactViewSet
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework.request import Request

from benchmarks.incoming import LISTINGS, listing_request


@pytest.mark.parametrize("listing", LISTINGS)
def test_drf_backends(benchmark: BenchmarkFixture, listing: str) -> None:
    benchmark.group = f"parameters to SQL: {listing}"
    view = ContactViewSet()

    def compile_query() -> str:
        contacts = AppUser.objects.all()
        request = Request(listing_request(LISTINGS[listing]))
        for backend in view.filter_backends:
            contacts = backend().filter_queryset(request, contacts, view)
        sql, _ = contacts[:50].query.sql_with_params()
        return sql

    assert "ORDER BY" in benchmark(compile_query)
