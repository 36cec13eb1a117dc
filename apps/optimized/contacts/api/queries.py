"""The query of a request, as name → last value."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from django.http import HttpRequest

from ..domain.errors import InvalidError

# As Django's own reading of a query has it.
MAX_PARAMETERS = 1000


def parameters(request: HttpRequest) -> Mapping[str, str]:
    """A request's parameters; raises `InvalidError` where the query is no percent-encoded UTF-8 or has too many.

    Django's `request.GET` puts what is no UTF-8 right, and reads it in whatever charset the body's media type names.
    """
    query: str = request.META.get("QUERY_STRING", "")
    if not query:
        return {}
    if not query.isascii():
        raise InvalidError({"detail": "Write what is not ASCII in the URL as percent-encoded UTF-8."})
    try:
        return dict(parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS))
    except UnicodeDecodeError:
        raise InvalidError({"detail": "Write what is not ASCII in the URL as percent-encoded UTF-8."}) from None
    except ValueError:
        raise InvalidError({"detail": f"Give at most {MAX_PARAMETERS} parameters."}) from None


def none(request: HttpRequest) -> None:
    """Refuse every parameter; raises `InvalidError` naming them."""
    if unknown := {name: ["This parameter is unknown."] for name in parameters(request)}:
        raise InvalidError(unknown)
