"""The reads, whatever the reader and the cache of keys are."""

from collections.abc import Mapping

from contract.document import GENDERS, MAX_ID, MESSAGES
from contract.errors import NotFoundError
from contract.paging import Page, Pager, Plan
from contract.parameters import Readers, parse
from contract.spellings import READERS

from .ports import AsyncReader, Reader, Row


def _gender(value: str) -> str:
    """As the contract reads it; where it is none, the refusal repeats the value."""
    if value not in GENDERS:
        raise ValueError(MESSAGES["gender_repeated"].format(given=repr(value), choices=", ".join(GENDERS)))
    return value


_READERS: Readers = {**READERS, "gender": _gender}


class ContactQueries:
    """Detail and listing."""

    def __init__(self, reader: Reader, pager: Pager[Row]) -> None:
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
            raise NotFoundError(MESSAGES["no_contact"])
        return row

    def plan(self, parameters: Mapping[str, str]) -> Plan:
        """The plan for a listing's parameters; raises `InvalidError`."""
        return self._pager.plan(parse(parameters, cursors=self._pager.keyset, readers=_READERS))

    def page(self, plan: Plan) -> Page[Row]:
        """The page of a plan; raises `NotFoundError` past the end."""
        count = self._reader.count(plan.listing.criteria, ranked=plan.ranked) if plan.counts else None
        rows = [] if count is not None and plan.window.offset >= count else self._reader.page(plan)
        return self._pager.finish(plan, rows, count)


class AsyncContactQueries:
    """The same reads, awaited."""

    def __init__(self, reader: AsyncReader, pager: Pager[Row]) -> None:
        self._reader = reader
        self._pager = pager

    def check(self, within_s: float) -> None:
        """Ask for an answer of any kind, from another thread. Raises `UnavailableError` or `TimeoutError` for none."""
        self._reader.check(within_s)

    async def detail(self, contact_id: int) -> Row:
        """One contact; raises `NotFoundError`."""
        row = await self._reader.detail(contact_id) if contact_id <= MAX_ID else None
        if row is None:
            raise NotFoundError(MESSAGES["no_contact"])
        return row

    def plan(self, parameters: Mapping[str, str]) -> Plan:
        """The plan for a listing's parameters; raises `InvalidError`."""
        return self._pager.plan(parse(parameters, cursors=self._pager.keyset, readers=_READERS))

    async def page(self, plan: Plan) -> Page[Row]:
        """The page of a plan; raises `NotFoundError` past the end."""
        count = await self._reader.count(plan.listing.criteria, ranked=plan.ranked) if plan.counts else None
        rows = [] if count is not None and plan.window.offset >= count else await self._reader.page(plan)
        return self._pager.finish(plan, rows, count)
