"""From a request to a window on the rows, and from the rows to a page with its links. Pure.

    Request ──plan──> Plan(window) ──a reader──> rows ──finish──> Page(rows, next, previous)

With keysets, the window is what follows the cursor's row; without, it is an offset. A plan asks for one row more
than the page holds, which tells whether there is a next page without counting.
"""

from dataclasses import dataclass
from typing import Literal

from ..domain.errors import NotFoundError
from .cursors import Cursor, CursorSigner
from .listing import Criteria, Ordering, Request, Row, Window

# Besides every single field (with `id` behind it), these pairs have a keyset, in one direction.
KEYSET_PAIRS = frozenset({("first_name", "last_name"), ("last_name", "first_name")})
INVALID_PAGE = "Invalid page."


@dataclass(frozen=True)
class Link:
    """Where a neighbouring page is: the parameter that leads there, and its value."""

    parameter: Literal["page", "cursor"]
    value: str


@dataclass(frozen=True)
class Plan:
    """What to read for a request. `ranked` marks a search by relevance, `cursor` is set where one led here."""

    request: Request
    keyset: bool
    ranked: bool
    counts: bool
    window: Window
    cursor: Cursor | None


@dataclass(frozen=True)
class Page:
    """One page of rows in the order asked for, with the links to its neighbours; `count` only where it was counted."""

    rows: list[Row]
    count: int | None
    next: Link | None
    previous: Link | None


def has_keyset(ordering: Ordering) -> bool:
    """Whether a page in this ordering can start from a row's values: one direction, one field (or a known pair)."""
    if len({order.descending for order in ordering}) != 1:
        return False
    names = tuple(order.field.name for order in ordering[:-1])
    return len(names) < 2 or names in KEYSET_PAIRS


class Pager:
    """Plans and finishes pages; `keyset` is the pagination switch, `relevance` whether a search ranks by itself."""

    def __init__(self, signer: CursorSigner, *, keyset: bool, relevance: bool) -> None:
        self._signer = signer
        self.keyset = keyset
        self._relevance = relevance

    def ranks(self, criteria: Criteria) -> bool:
        """Whether these contacts come by relevance, which has no keyset."""
        return self._relevance and bool(criteria.terms) and not criteria.ordered

    def plan(self, request: Request) -> Plan:
        """The window for a request; raises `InvalidError` for a bad cursor."""
        ordering = request.criteria.ordering
        ranked = self.ranks(request.criteria)
        keyset = self.keyset and not ranked and has_keyset(ordering)
        limit = request.page_size + self.keyset
        if request.cursor is not None:
            # Reading it even where it leads nowhere refuses a forged one everywhere.
            cursor = self._signer.read(ordering, request.cursor)
            if keyset:
                window = Window(limit, after=cursor.values, backward=cursor.backward)
                return Plan(request, True, False, False, window, cursor)
        offset = ((request.page or 1) - 1) * request.page_size
        return Plan(request, keyset, ranked, not self.keyset, Window(limit, offset), None)

    def finish(self, plan: Plan, rows: list[Row], count: int | None) -> Page:
        """The page made of the rows that the plan's window gave; raises `NotFoundError` for a page past the end."""
        request = plan.request
        size, number = request.page_size, request.page or 1
        kept = rows[:size]
        if plan.cursor is None and not kept and number > 1:
            raise NotFoundError(INVALID_PAGE)
        more = count is not None and number * size < count if plan.counts else len(rows) > size
        if not plan.keyset:
            return Page(kept, count, _page(number + 1) if more else None, _page(number - 1) if number > 1 else None)
        backward = plan.cursor is not None and plan.cursor.backward
        if backward:
            kept.reverse()
            before, after = more, bool(kept)
        else:
            before, after = plan.window.after is not None or plan.window.offset > 0, more
        return Page(
            kept,
            None,
            self._cursor(plan, kept[-1], backward=False) if after and kept else None,
            self._cursor(plan, kept[0], backward=True) if before and kept else None,
        )

    def _cursor(self, plan: Plan, row: Row, *, backward: bool) -> Link:
        ordering = plan.request.criteria.ordering
        values = tuple(row[order.field.place] for order in ordering)
        return Link("cursor", self._signer.sign(ordering, Cursor(values, backward)))


def _page(number: int) -> Link:
    return Link("page", str(number))
