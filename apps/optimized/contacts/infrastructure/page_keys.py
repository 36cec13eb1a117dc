"""The cache of keys: which contacts stand on a page, so that only their rows are read, by primary key."""

import json
from typing import cast

from contract.paging import Page, Plan

from ..application.ports import Reader, Row
from ..application.queries import ContactQueries
from .response_cache import ResponseCache


class KeyedPages:
    """Pages whose ids and links come from the cache, and whose rows come by id, fresh."""

    def __init__(self, cache: ResponseCache, queries: ContactQueries, reader: Reader) -> None:
        self._cache = cache
        self._queries = queries
        self._reader = reader

    def page(self, plan: Plan, query: str) -> Page[Row]:
        """The page of a plan, under the query that led to it. Raises `NotFoundError` past the end."""
        keys = json.loads(self._cache.get(f"page?{query}".encode(), lambda: self._keys(plan)))
        rows = self._reader.by_ids(cast("list[int]", keys["ids"]))
        return Page(rows, keys["count"], keys["next"], keys["previous"])

    def _keys(self, plan: Plan) -> bytes:
        page = self._queries.page(plan)
        ids = [row[0] for row in page.contacts]
        return json.dumps({"ids": ids, "count": page.count, "next": page.next, "previous": page.previous}).encode()
