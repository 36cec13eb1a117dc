"""What a list holds: all filter backends at once, so that a refusal names every parameter that is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from naive.contacts.pagination import ContactPagination

Faults = dict[str, Any]


def narrowed(request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
    """Return the rows that a view's filter backends leave; raise a 400 that names all bad parameters."""
    faults: Faults = {}
    for backend in view.filter_backends:
        with _gathered(faults):
            queryset = backend().filter_queryset(request, queryset, view)
    for name in ("page", "page_size"):
        with _gathered(faults):
            ContactPagination.whole_number(request, name, 1)
    if faults:
        raise ValidationError(faults)
    return queryset


@contextmanager
def _gathered(faults: Faults) -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        if not isinstance(error.detail, dict):
            raise
        for name, messages in error.detail.items():
            faults.setdefault(name, messages)
