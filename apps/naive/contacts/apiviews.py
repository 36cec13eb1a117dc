"""The same API by plain APIViews, as the switch `views=apiview` has it: no generic code between request and row."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import path
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from naive.contacts import selectors, services
from naive.contacts.filters import (
    DEFAULT_ORDERING,
    ORDERING_FIELDS,
    SEARCH_FIELDS,
    ContactFilter,
    ContactOrdering,
    ContactSearch,
    KnownParameters,
)
from naive.contacts.listing import narrowed
from naive.contacts.models import AppUser
from naive.contacts.pagination import ContactPagination
from naive.contacts.requests import StrictView
from naive.contacts.serializers import (
    AggregateQuerySerializer,
    AggregateSerializer,
    BulkResultSerializer,
    BulkSerializer,
    ContactSerializer,
    StatsSerializer,
    TransferResultSerializer,
    TransferSerializer,
)


class ContactListView(StrictView):
    """All contacts."""

    parameters = None
    # The filters and the description look for these names in a view.
    queryset = AppUser.objects.all()
    filter_backends = (KnownParameters, DjangoFilterBackend, ContactSearch, ContactOrdering)
    filterset_class = ContactFilter
    search_fields = SEARCH_FIELDS
    ordering_fields = ORDERING_FIELDS
    ordering = DEFAULT_ORDERING
    pagination_class = ContactPagination

    @extend_schema(responses=ContactSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Answer with a page of contacts."""
        contacts = narrowed(request, self.queryset.all(), self)
        paginator = self.pagination_class()
        page = paginator.paginate_queryset(contacts, request, view=self)
        return paginator.get_paginated_response(ContactSerializer(page, many=True).data)

    @extend_schema(request=ContactSerializer, responses={201: ContactSerializer})
    def post(self, request: Request) -> Response:
        """Make a contact."""
        serializer = ContactSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data, status=status.HTTP_201_CREATED)


class ContactView(StrictView):
    """One contact."""

    @extend_schema(responses=ContactSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Answer with the contact."""
        return Response(ContactSerializer(get_object_or_404(AppUser, pk=pk)).data)

    @extend_schema(request=ContactSerializer, responses=ContactSerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Give the contact new values."""
        return self._changed(request, pk, partial=False)

    @extend_schema(request=ContactSerializer, responses=ContactSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Change some values of the contact."""
        return self._changed(request, pk, partial=True)

    @extend_schema(responses={204: None})
    @transaction.atomic
    def delete(self, request: Request, pk: int) -> Response:
        """Remove the contact with its relationship and its address."""
        services.contact_delete(_locked(pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @transaction.atomic
    def _changed(self, request: Request, pk: int, *, partial: bool) -> Response:
        serializer = ContactSerializer(_locked(pk), data=request.data, partial=partial)
        serializer.is_valid(raise_exception=True)
        serializer.save()
        return Response(serializer.data)


class StatsView(StrictView):
    """Sums over all contacts."""

    @extend_schema(responses=StatsSerializer)
    def get(self, request: Request) -> Response:
        """Count the contacts and sum up their points."""
        return Response(selectors.contact_stats())


class AggregateView(StrictView):
    """Groups of contacts."""

    parameters = frozenset({"group_by"})

    @extend_schema(parameters=[AggregateQuerySerializer], responses=AggregateSerializer)
    def get(self, request: Request) -> Response:
        """Count contacts and sum points by country, city or gender."""
        query = AggregateQuerySerializer(data={name: value for name, value in request.query_params.items() if value})
        query.is_valid(raise_exception=True)
        return Response(selectors.contact_aggregate(query.validated_data["group_by"]))


class BulkView(StrictView):
    """Many contacts at once."""

    @extend_schema(request=BulkSerializer, responses={201: BulkResultSerializer})
    def post(self, request: Request) -> Response:
        """Make up to 2000 contacts, all or none."""
        serializer = BulkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        contacts = serializer.save()
        return Response(
            {"created": len(contacts), "ids": [contact.pk for contact in contacts]}, status=status.HTTP_201_CREATED
        )


class TransferView(StrictView):
    """Points between contacts."""

    @extend_schema(request=TransferSerializer, responses=TransferResultSerializer)
    def post(self, request: Request) -> Response:
        """Move points from one contact to another."""
        serializer = TransferSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = serializer.validated_data
        return Response(services.points_transfer(body["from"], body["to"], body["points"]))


def _locked(pk: int) -> AppUser:
    """The contact, locked so that no writer overwrites another; a 404 where there is none."""
    return get_object_or_404(AppUser.objects.select_for_update(of=("self",)), pk=pk)


urlpatterns = [
    path("contacts/", ContactListView.as_view(), name="contact-list"),
    path("contacts/<int:pk>/", ContactView.as_view(), name="contact-detail"),
    path("contacts/stats/", StatsView.as_view(), name="contact-stats"),
    path("contacts/aggregate/", AggregateView.as_view(), name="contact-aggregate"),
    path("contacts/bulk/", BulkView.as_view(), name="contact-bulk"),
    path("contacts/transfer/", TransferView.as_view(), name="contact-transfer"),
]
