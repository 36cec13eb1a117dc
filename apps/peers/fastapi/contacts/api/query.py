"""The query of a request, as name → last value."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.types import Scope

from ..application.errors import InvalidError, RefusedError

MAX_PARAMETERS = 1000


def parameters(scope: Scope) -> Mapping[str, str]:
    """A request's parameters; raises `RefusedError` where the query is no percent-encoded UTF-8 or has too many."""
    query: bytes = scope["query_string"]
    if not query:
        return {}
    try:
        return dict(
            parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS)
        )
    except UnicodeDecodeError:
        raise RefusedError("Write what is not ASCII in the URL as percent-encoded UTF-8.") from None
    except ValueError:
        raise RefusedError(f"Give at most {MAX_PARAMETERS} parameters.") from None


def none(scope: Scope) -> None:
    """Refuse every parameter; raises `InvalidError` naming them."""
    if unknown := {name: ["This parameter is unknown."] for name in parameters(scope)}:
        raise InvalidError(unknown)
