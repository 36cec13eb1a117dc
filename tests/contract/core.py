"""The core of the contract, which a peer may serve alone: which requests ask for more, and how those are answered."""

from collections.abc import Iterable, Iterator

from .odd_requests import AGGREGATE, BULK, METHODS, Odd
from .variants import Row

# Addresses and a method of the whole contract that the core leaves out.
NO_ADDRESSES = (AGGREGATE, BULK, "/api/openapi.json", "/api/swagger")
NO_METHOD = "PUT"
# Address → the methods that a service of the core answers.
CORE_METHODS = {path: methods - {NO_METHOD} for path, methods in METHODS.items() if path not in NO_ADDRESSES}


def asks_for_more(value: object) -> bool:
    """Tell whether a text is an address, with or without a query, that the core leaves out."""
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and text.startswith(NO_ADDRESSES)


def of_core(rows: Iterable[tuple[int, Odd]]) -> Iterator[tuple[int, Odd]]:
    """Leave out the requests that ask for more than the core, and let the others hear its methods."""
    for place, odd in rows:
        if asks_for_more(odd.message.target) or (odd.message.method == NO_METHOD and odd.status != 405):
            continue
        yield place, odd._replace(allow=odd.allow - {NO_METHOD})


def rows_of_core(rows: Iterable[Row]) -> list[Row]:
    """Leave out the rows of a table of which a value is an address that the core leaves out."""
    return [row for row in rows if not any(map(asks_for_more, row if isinstance(row, tuple) else (row,)))]
