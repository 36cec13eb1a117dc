"""The reads, whatever the reader and the cache of keys are."""

from collections.abc import Callable, Mapping

from ..domain.errors import NotFoundError
from .listing import Row
from .paging import Page, Pager, Plan
from .parameters import parse
from .ports import AsyncReader, Reader

NO_CONTACT = "There is no contact with this id."
MAX_ID = 2**63 - 1

# What reads a page for a plan: the reader itself, or a cache of keys before it.
PageReader = Callable[[Plan], Page]


class ContactQueries:
    """Detail and listing."""

    def __init__(self, reader: Reader, pager: Pager) -> None:
        self._reader = reader
        self._pager = pager

    @property
    def cursors(self) -> bool:
        """Whether pages go by cursor."""
        return self._pager.keyset

    def detail(self, contact_id: int) -> Row:
        """One contact; raises `NotFoundError`."""
        row = self._reader.detail(contact_id) if contact_id <= MAX_ID else None
        if row is None:
            raise NotFoundError(NO_CONTACT)
        return row

    def plan(self, parameters: Mapping[str, str]) -> Plan:
        """The plan for a listing's parameters; raises `InvalidError`."""
        return self._pager.plan(parse(parameters, cursors=self._pager.keyset))

    def page(self, plan: Plan) -> Page:
        """The page of a plan; raises `NotFoundError` past the end."""
        count = self._reader.count(plan.request.criteria, ranked=plan.ranked) if plan.counts else None
        rows = [] if count is not None and plan.window.offset >= count else self._reader.page(plan)
        return self._pager.finish(plan, rows, count)


class AsyncContactQueries:
    """The same reads, awaited."""

    def __init__(self, reader: AsyncReader, pager: Pager) -> None:
        self._reader = reader
        self._pager = pager

    async def check(self) -> None:
        """Ask for an answer of any kind. Raises `UnavailableError`."""
        await self._reader.check()

    async def detail(self, contact_id: int) -> Row:
        """One contact; raises `NotFoundError`."""
        row = await self._reader.detail(contact_id) if contact_id <= MAX_ID else None
        if row is None:
            raise NotFoundError(NO_CONTACT)
        return row

    def plan(self, parameters: Mapping[str, str]) -> Plan:
        """The plan for a listing's parameters; raises `InvalidError`."""
        return self._pager.plan(parse(parameters, cursors=self._pager.keyset))

    async def page(self, plan: Plan) -> Page:
        """The page of a plan; raises `NotFoundError` past the end."""
        count = await self._reader.count(plan.request.criteria, ranked=plan.ranked) if plan.counts else None
        rows = [] if count is not None and plan.window.offset >= count else await self._reader.page(plan)
        return self._pager.finish(plan, rows, count)
