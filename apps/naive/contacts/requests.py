"""What every request must be before its view is asked: the contract's order of refusals, and no parameter unknown."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest
from rest_framework.exceptions import MethodNotAllowed, ParseError, UnsupportedMediaType, ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

BODIES = frozenset({"POST", "PUT", "PATCH"})


class StrictView(APIView):
    """An APIView that refuses in the contract's order: method, query, token, media type, body; then the view's own.

    `parameters` are those of GET, or None where the view refuses unknown ones itself; the methods of writing have none.
    """

    # OPTIONS would describe the view in a format of REST framework's own.
    http_method_names = ("get", "head", "post", "put", "patch", "delete")
    parameters: frozenset[str] | None = frozenset()

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Read the query as UTF-8, whatever the charset of a body's media type."""
        request.encoding = "utf-8"
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what no view is to see."""
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        self.check_query(request)
        super().initial(request, *args, **kwargs)
        if request.method in BODIES:
            self.check_body(request)

    def check_query(self, request: Request) -> None:
        """Refuse a query that is no UTF-8, and parameters that nobody reads."""
        query = request.META["QUERY_STRING"]
        try:
            query.encode("ascii")
            unquote_to_bytes(query).decode()
        except UnicodeError:
            raise ParseError("Write what is not ASCII in the URL as percent-encoded UTF-8.") from None
        known = self.parameters if request.method in {"GET", "HEAD"} else frozenset[str]()
        if known is None:
            return
        if unknown := {name: ["This parameter is unknown."] for name in request.query_params if name not in known}:
            raise ValidationError(unknown)

    def check_body(self, request: Request) -> None:
        """Refuse a body of another media type and one that is no JSON, also where it is empty."""
        if self.get_content_negotiator().select_parser(request, self.get_parsers()) is None:
            raise UnsupportedMediaType(request.content_type)
        if not re.search(r"[1-9]", request.META.get("CONTENT_LENGTH") or ""):
            raise ParseError("The body is empty; send JSON.")
        _ = request.data
