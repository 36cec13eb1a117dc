"""What REST framework's views add to a request, with one contact at hand instead of a database."""

import json
from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponseBase
from naive.contacts.models import AppUser
from naive.contacts.serializers import ContactSerializer
from naive.contacts.views import ContactViewSet
from pytest_benchmark.fixture import BenchmarkFixture
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.incoming import contact_request
from benchmarks.instances import INSTANCES


class AtHand(ContactViewSet):
    """The service's view set, but for the query."""

    def get_object(self) -> AppUser:
        contact: AppUser = INSTANCES[0]
        return contact


class Plain(APIView):
    """The service's plain view, but for the query."""

    def get(self, request: Request, pk: int) -> Response:
        return Response(ContactSerializer(INSTANCES[0]).data)


VIEWS = {"drf viewset": AtHand.as_view({"get": "retrieve"}), "drf apiview": Plain.as_view()}


@pytest.mark.benchmark(group="one contact, request to response, no database")
@pytest.mark.parametrize("view", VIEWS)
def test_view(benchmark: BenchmarkFixture, view: str) -> None:
    handle: Callable[..., HttpResponseBase] = VIEWS[view]

    def answer(request: HttpRequest) -> bytes:
        response = handle(request, pk=1)
        assert isinstance(response, Response)
        body: bytes = response.render().content
        return body

    body = benchmark(lambda: answer(contact_request()))
    assert json.loads(body)["id"] == 1
