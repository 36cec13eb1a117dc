"""The two hot reads on the loop, from a query to bytes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from contract.query import none, parameters

from .ports import Row
from .queries import AsyncContactQueries

Compute = Callable[[], Awaitable[bytes]]


class Cached(Protocol):
    """See `LoopCache.get`."""

    async def __call__(self, key: bytes, compute: Compute, *, guard: bool = True) -> bytes: ...


async def uncached(key: bytes, compute: Compute, *, guard: bool = True) -> bytes:
    """What `cached` is without a cache."""
    return await compute()


@dataclass(frozen=True)
class LoopReads:
    """A contact and the listing. Both raise `RefusedError`."""

    queries: AsyncContactQueries
    contact_of: Callable[[Row], dict[str, object]]
    encode: Callable[[object], bytes]
    cached: Cached

    async def contact(self, contact_id: int, query: str) -> bytes:
        """One contact."""
        none(query)

        async def compute() -> bytes:
            return self.encode(self.contact_of(await self.queries.detail(contact_id)))

        # Read by its key, a contact costs less than the lock that would guard it.
        return await self.cached(b"%d" % contact_id, compute, guard=False)

    async def contacts(self, base: str, query: str) -> bytes:
        """A page of `base`, an absolute address."""

        async def compute() -> bytes:
            page = await self.queries.page(self.queries.plan(parameters(query)))
            return self.encode(page.envelope(base, query, list(map(self.contact_of, page.contacts))))

        return await self.cached(f"{base}?{query}".encode(), compute)
