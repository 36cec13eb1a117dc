"""Numbered pages, counted with COUNT(*)."""

import re
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request

WHOLE_NUMBER = re.compile(r"0*([1-9][0-9]*)", re.ASCII)
# More than any page number needs; int() refuses to convert thousands of them.
MAX_DIGITS = 100


class ContactPagination(PageNumberPagination):
    """PageNumberPagination with a capped size, and a 400 instead of a silent default for bad numbers."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200

    def get_page_size(self, request: Request) -> int:
        """Return how many contacts a page holds, from 1 to `max_page_size`."""
        return min(self.whole_number(request, "page_size", self.page_size), self.max_page_size)

    def get_page_number(self, request: Request, paginator: Any) -> int:
        """Return the number of the page asked for, from 1; the caller answers 404 past the end."""
        return self.whole_number(request, "page", 1)

    @staticmethod
    def whole_number(request: Request, name: str, default: int) -> int:
        """Return a parameter that counts from 1; raise a 400 naming it."""
        value = request.query_params.get(name)
        if not value:
            return default
        match = WHOLE_NUMBER.fullmatch(value)
        if match is None:
            raise ValidationError({name: ["Enter a whole number from 1."]})
        return int(match[1][:MAX_DIGITS])
