"""The contacts API."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ModelViewSet
from rest_framework_simplejwt.views import TokenObtainPairView

from naive.contacts import selectors, services
from naive.contacts.authentication import BearerAuthentication
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
    MeSerializer,
    StatsSerializer,
    TokenSerializer,
    TransferResultSerializer,
    TransferSerializer,
)

# What takes parameters; the other actions have none. The list refuses unknown ones itself, together with bad values.
PARAMETERS = {"list": None, "aggregate": frozenset({"group_by"})}


class ContactViewSet(StrictView, ModelViewSet[AppUser]):
    """Contacts with their addresses and relationships."""

    queryset = AppUser.objects.all()
    serializer_class = ContactSerializer
    pagination_class = ContactPagination
    filter_backends = (KnownParameters, DjangoFilterBackend, ContactSearch, ContactOrdering)
    filterset_class = ContactFilter
    search_fields = SEARCH_FIELDS
    ordering_fields = ORDERING_FIELDS
    ordering = DEFAULT_ORDERING
    lookup_value_regex = "[0-9]+"

    def check_query(self, request: Request) -> None:
        """Leave the list's parameters to the list, and let the aggregate have its own."""
        self.parameters = PARAMETERS.get(self.action or "", frozenset())
        super().check_query(request)

    def filter_queryset(self, queryset: QuerySet[AppUser, Any]) -> QuerySet[AppUser, Any]:
        """Narrow the list; one contact is not searched for."""
        return narrowed(self.request, queryset, self) if self.action == "list" else queryset

    def get_queryset(self) -> QuerySet[AppUser]:
        """Lock the contact that is about to change, so that no writer overwrites another."""
        queryset = super().get_queryset()
        if self.action in {"update", "partial_update", "destroy"}:
            return queryset.select_for_update(of=("self",))
        return queryset

    @transaction.atomic
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change a contact, from the read to the write in one transaction."""
        return super().update(request, *args, **kwargs)

    @transaction.atomic
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Remove a contact with its relationship and its address."""
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: AppUser) -> None:
        """Take the address along, which no cascade reaches."""
        services.contact_delete(instance)

    @extend_schema(responses=StatsSerializer, filters=False)
    @action(detail=False, filter_backends=(), pagination_class=None)
    def stats(self, request: Request) -> Response:
        """Count the contacts and sum up their points."""
        return Response(selectors.contact_stats())

    @extend_schema(parameters=[AggregateQuerySerializer], responses=AggregateSerializer, filters=False)
    @action(detail=False, filter_backends=(), pagination_class=None)
    def aggregate(self, request: Request) -> Response:
        """Count contacts and sum points by country, city or gender."""
        given = {name: value for name, value in request.query_params.items() if value}
        query = AggregateQuerySerializer(data=given)
        query.is_valid(raise_exception=True)
        return Response(selectors.contact_aggregate(query.validated_data["group_by"]))

    @extend_schema(request=BulkSerializer, responses={201: BulkResultSerializer})
    @action(detail=False, methods=["post"])
    def bulk(self, request: Request) -> Response:
        """Make up to 2000 contacts, all or none."""
        serializer = BulkSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        contacts = serializer.save()
        return Response(
            {"created": len(contacts), "ids": [contact.pk for contact in contacts]}, status=status.HTTP_201_CREATED
        )

    @extend_schema(request=TransferSerializer, responses=TransferResultSerializer)
    @action(detail=False, methods=["post"])
    def transfer(self, request: Request) -> Response:
        """Move points from one contact to another."""
        serializer = TransferSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body = serializer.validated_data
        return Response(services.points_transfer(body["from"], body["to"], body["points"]))


class TokenView(StrictView, TokenObtainPairView):
    """Tokens for a name and a password."""

    serializer_class = TokenSerializer


class MeView(StrictView):
    """Who the bearer of a token is."""

    authentication_classes = (BearerAuthentication,)
    permission_classes = (IsAuthenticated,)

    @extend_schema(responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """Name the user."""
        return Response({"username": request.user.get_username()})
