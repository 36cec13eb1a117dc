"""What a list of contacts may be filtered, searched and ordered by."""

import datetime
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db import models
from django.db.models import QuerySet
from django_filters.fields import BaseCSVField, IsoDateTimeField
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, OrderingFilter, SearchFilter
from rest_framework.request import Request
from rest_framework.views import APIView

from naive.contacts.models import AppUser
from naive.contacts.spellings import WHOLE, read_day, read_moment

MAX_IN = 100
MAX_SEARCH_TERMS = 8
MAX_SEARCH_CHARACTERS = 100
MAX_ID = 2**63 - 1
MAX_POINTS = 2**31 - 1

TEXT = ["exact", "icontains", "istartswith", "in"]
NUMBER = ["exact", "gt", "gte", "lt", "lte"]
TIME = ["gte", "lte"]

SEARCH_FIELDS = ("first_name", "last_name", "customer_id", "phone_number", "address__city")
ORDERING_FIELDS = (
    "id",
    "first_name",
    "last_name",
    "gender",
    "customer_id",
    "phone_number",
    "birthday",
    "created",
    "last_updated",
    "address__street",
    "address__city",
    "address__city_code",
    "address__country",
    "relationship__points",
    "relationship__created",
    "relationship__last_activity",
)
DEFAULT_ORDERING = ("-created",)


class CappedCSVField(BaseCSVField):  # type: ignore[misc]
    """A list of comma-separated values, of limited length and none of them empty."""

    def clean(self, value: list[str] | None) -> Any:
        if value is not None and len(value) > MAX_IN:
            raise forms.ValidationError(f"Give at most {MAX_IN} values.")
        if value is not None and "" in value:
            raise forms.ValidationError("Give no empty value between commas.")
        return super().clean(value)


class CappedInFilter(django_filters.BaseInFilter):  # type: ignore[misc]
    """An `__in` filter of at most MAX_IN values."""

    base_field_class = CappedCSVField


class WholeNumberField(forms.IntegerField):
    """A whole number in ASCII digits; Django's field would also take `1_000`, `7.0`, `+7` and other digits."""

    def to_python(self, value: Any) -> int | None:
        if value not in self.empty_values and not WHOLE.fullmatch(value):
            raise forms.ValidationError("Enter a whole number.")
        return super().to_python(value)


class WholeNumberFilter(django_filters.NumberFilter):  # type: ignore[misc]
    """A NumberFilter for whole numbers within `min_value` and `max_value`."""

    field_class = WholeNumberField

    def get_max_validator(self) -> None:
        """Have none: the field has limits of its own."""
        return


class DateField(forms.DateField):
    """A date as YYYY-MM-DD, and in no other of the ways in which Django's field would read it."""

    def to_python(self, value: Any) -> datetime.date | None:
        if value in self.empty_values:
            return None
        try:
            return read_day(value)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class DateFilter(django_filters.DateFilter):  # type: ignore[misc]
    """A DateFilter that takes YYYY-MM-DD alone."""

    field_class = DateField


class TimeField(IsoDateTimeField):  # type: ignore[misc]
    """A date and time in the one form of ISO 8601 that the contract has, as UTC.

    In UTC, since the offset would go to PostgreSQL as it was written, which takes fewer of them than Python.
    """

    def to_python(self, value: Any) -> datetime.datetime | None:
        if value in self.empty_values:
            return None
        try:
            return read_moment(value)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class TimeFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc]
    """An IsoDateTimeFilter that wants a time of day."""

    field_class = TimeField


class IsNullFilter(django_filters.TypedChoiceFilter):  # type: ignore[misc]
    """A filter on `true` or `false`; BooleanFilter would ignore any other value."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs |= {"choices": [("true", "true"), ("false", "false")], "coerce": lambda value: value == "true"}
        super().__init__(**kwargs)


class ContactFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Filters on the fields of a contact, its address and its relationship."""

    address__isnull = IsNullFilter(field_name="address", lookup_expr="isnull")
    relationship__isnull = IsNullFilter(field_name="relationship", lookup_expr="isnull")

    class Meta:
        model = AppUser
        fields: ClassVar = {
            "id": [*NUMBER, "in"],
            "first_name": TEXT,
            "last_name": TEXT,
            "gender": ["exact", "in"],
            "customer_id": TEXT,
            "phone_number": TEXT,
            "birthday": ["exact", "gte", "lte"],
            "created": TIME,
            "last_updated": TIME,
            "address__street": TEXT,
            "address__street_number": TEXT,
            "address__city": TEXT,
            "address__city_code": TEXT,
            "address__country": TEXT,
            "relationship__points": NUMBER,
            "relationship__created": TIME,
            "relationship__last_activity": TIME,
        }
        filter_overrides: ClassVar = {
            models.CharField: {"filter_class": django_filters.CharFilter, "extra": lambda field: {"strip": False}},
            models.DateField: {"filter_class": DateFilter},
            models.DateTimeField: {"filter_class": TimeFilter},
            models.BigAutoField: {
                "filter_class": WholeNumberFilter,
                "extra": lambda field: {"min_value": -MAX_ID, "max_value": MAX_ID},
            },
            models.PositiveIntegerField: {
                "filter_class": WholeNumberFilter,
                "extra": lambda field: {"min_value": -MAX_POINTS, "max_value": MAX_POINTS},
            },
        }

    @classmethod
    def filter_for_lookup(cls, field: Any, lookup_type: str) -> tuple[type, dict[str, Any]]:
        """Choose the filter for a field and a lookup, with the capped list for `in`."""
        if lookup_type != "in":
            found: tuple[type, dict[str, Any]] = super().filter_for_lookup(field, lookup_type)
            return found
        filter_class, params = super().filter_for_lookup(field, "exact")
        return type(f"In{filter_class.__name__}", (CappedInFilter, filter_class), {}), params


class KnownParameters(BaseFilterBackend):
    """Filters nothing: refuses parameters that nobody reads, and NUL, which PostgreSQL cannot store."""

    known = frozenset({"page", "page_size", "ordering", "search", *ContactFilter.base_filters})

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        faults = {}
        for name, value in request.query_params.items():
            if name not in self.known:
                faults[name] = ["This parameter is unknown."]
            elif "\0" in str(value):
                faults[name] = ["Null characters are not allowed."]
        if faults:
            raise ValidationError(faults)
        return queryset


class ContactSearch(SearchFilter):
    """SearchFilter with terms separated by blanks alone, and few enough of them."""

    def get_search_terms(self, request: Request) -> list[str]:
        """Return the terms, which must all match."""
        value = request.query_params.get(self.search_param, "")
        terms = value.split()
        if len(value) > MAX_SEARCH_CHARACTERS or len(terms) > MAX_SEARCH_TERMS:
            limit = f"Give at most {MAX_SEARCH_TERMS} terms and {MAX_SEARCH_CHARACTERS} characters."
            raise ValidationError({self.search_param: [limit]})
        return terms


class ContactOrdering(OrderingFilter):
    """OrderingFilter that refuses unknown fields, and ends in `id`, so that pages are stable."""

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: APIView) -> list[str]:
        """Return the fields to order by, with `id` in the direction of the last where it is not named.

        Raises a 400 where one of them is not for ordering; OrderingFilter would leave it out, and cut blanks off.
        """
        given = request.query_params.get(self.ordering_param)
        for field in given.split(",") if given else []:
            if field.removeprefix("-") not in ORDERING_FIELDS:
                raise ValidationError({self.ordering_param: [f"There is no ordering by “{field}”."]})
        ordering = list(super().get_ordering(request, queryset, view) or ())
        if not {"id", "-id"} & set(ordering):
            ordering.append("-id" if ordering[-1].startswith("-") else "id")
        return ordering
