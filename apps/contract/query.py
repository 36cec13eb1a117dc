"""The query of a request, as name → last value."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from .document import MAX_PARAMETERS, MESSAGES
from .errors import InvalidError, RefusedError

_UNKNOWN = MESSAGES["unknown_parameter"]


def parameters(query: str) -> Mapping[str, str]:
    """The parameters of a query; raises `RefusedError` where it is no percent-encoded UTF-8 or has too many.

    Frameworks' own readings put what is no UTF-8 right.
    """
    if not query:
        return {}
    if not query.isascii():
        raise RefusedError(MESSAGES["not_ascii"])
    try:
        return dict(parse_qsl(query, keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS))
    except UnicodeDecodeError:
        raise RefusedError(MESSAGES["not_ascii"]) from None
    except ValueError:
        raise RefusedError(MESSAGES["too_many_parameters"].format(most=MAX_PARAMETERS)) from None


def none(query: str) -> None:
    """Refuse every parameter; raises `RefusedError`, an `InvalidError` that names them."""
    if query and (unknown := {name: [_UNKNOWN] for name in parameters(query)}):
        raise InvalidError(unknown)


def only(query: str, name: str) -> str:
    """The value of the one parameter that there may be, empty where it is absent; raises `RefusedError`."""
    given = parameters(query)
    if unknown := {other: [_UNKNOWN] for other in given if other != name}:
        raise InvalidError(unknown)
    return given.get(name, "")
