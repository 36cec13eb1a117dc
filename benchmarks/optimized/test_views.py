"""What a view adds to a request, with one contact at hand instead of a database."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from contract.cursors import CursorSigner
from contract.listing import Criteria
from contract.paging import Pager, Plan, by_place
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from ninja import NinjaAPI
from optimized.contacts.api.hot import HotViews
from optimized.contacts.api.schemas import Contact
from optimized.contacts.application.ports import Row
from optimized.contacts.application.queries import ContactQueries
from optimized.contacts.composition import services, uncached
from optimized.contacts.infrastructure.cursors import PlaceCodec
from optimized.contacts.infrastructure.rendering import contact
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.contacts_page import ROWS
from benchmarks.incoming import contact_request
from benchmarks.instances import INSTANCES

View = Callable[..., HttpResponseBase]


class AtHand:
    """A `Reader` that has the page's contacts and asks nobody."""

    def detail(self, contact_id: int) -> Row | None:
        return ROWS[0]

    def by_ids(self, ids: Sequence[int]) -> list[Row]:
        return ROWS

    def page(self, plan: Plan) -> list[Row]:
        return ROWS

    def count(self, criteria: Criteria, *, ranked: bool) -> int:
        return len(ROWS)


def plain(request: HttpRequest, contact_id: int) -> JsonResponse:
    """A function view as Django's documentation has it."""
    return JsonResponse(contact(ROWS[0]), encoder=DjangoJSONEncoder)


def ninja() -> View:
    """The contact as Ninja's documentation has it: an instance, and the schema of the response."""
    api = NinjaAPI(urls_namespace="benchmark", docs_url=None, openapi_url=None)

    @api.get("/contacts/{int:contact_id}/", response=Contact)
    def contact_read(request: HttpRequest, contact_id: int) -> Any:
        return INSTANCES[0]

    patterns, _, _ = api.urls
    view: View = next(pattern.callback for pattern in patterns if "contacts" in str(pattern.pattern))  # type: ignore[assignment]
    return view


def hot() -> View:
    """The service's own view, but for the query and the cache."""
    queries = ContactQueries(
        AtHand(), Pager(CursorSigner("contacts", "of no use", PlaceCodec()), by_place, keyset=True, relevance=False)
    )

    def refuse(request: HttpRequest, contact_id: int) -> HttpResponseBase:
        raise AssertionError("a GET is the hot view's")

    return HotViews(replace(services(), queries=queries, cached=uncached)).contact(refuse)


VIEWS: dict[str, Callable[[], View]] = {"plain django": lambda: plain, "ninja": ninja, "hot": hot}


@pytest.mark.benchmark(group="one contact, request to response, no database")
@pytest.mark.parametrize("view", VIEWS)
def test_view(benchmark: BenchmarkFixture, view: str) -> None:
    handle = VIEWS[view]()
    response = benchmark(lambda: handle(contact_request(), contact_id=1))
    assert isinstance(response, HttpResponse)
    assert json.loads(response.content)["id"] == 1
