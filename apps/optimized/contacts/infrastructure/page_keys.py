"""The cache of keys: which contacts stand on a page, so that only their rows are read, by primary key."""

import json
from typing import cast

from ..application.paging import Link, Page, Plan
from ..application.ports import Reader
from ..application.queries import ContactQueries
from .response_cache import ResponseCache


class KeyedPages:
    """Pages whose ids and links come from the cache, and whose rows come by id, fresh."""

    def __init__(self, cache: ResponseCache, queries: ContactQueries, reader: Reader) -> None:
        self._cache = cache
        self._queries = queries
        self._reader = reader

    def page(self, plan: Plan, query: str) -> Page:
        """The page of a plan, under the query that led to it. Raises `NotFoundError` past the end."""
        keys = json.loads(self._cache.get(f"keys?{query}".encode(), lambda: self._keys(plan)))
        rows = self._reader.by_ids(cast("list[int]", keys["ids"]))
        return Page(rows, keys["count"], _link(keys["next"]), _link(keys["previous"]))

    def _keys(self, plan: Plan) -> bytes:
        page = self._queries.page(plan)
        links = {name: (link.parameter, link.value) if link else None for name, link in _links(page).items()}
        return json.dumps({"ids": [row[0] for row in page.rows], "count": page.count, **links}).encode()


def _links(page: Page) -> dict[str, Link | None]:
    return {"next": page.next, "previous": page.previous}


def _link(stored: list[str] | None) -> Link | None:
    if stored is None:
        return None
    return Link("page" if stored[0] == "page" else "cursor", stored[1])
