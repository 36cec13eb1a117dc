"""From a listing to a window on the contacts, and from the contacts read to a page with its links. Pure.

    Listing ──plan──> Plan(window) ──a reader──> contacts ──finish──> Page(contacts, next, previous)

With keysets, the window is what follows the cursor's contact; without, it is an offset, and contacts are counted.
With keysets a plan asks for one contact more than the page holds, which tells whether there is a next page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from .cursors import Cursor, CursorSigner
from .document import LISTING, MESSAGES
from .errors import NotFoundError
from .listing import Listing, Ordering, Window

# Besides every single field (with `id` behind it), these pairs have a keyset, in one direction.
KEYSET_PAIRS = frozenset(tuple(pair) for pair in LISTING["keyset_pairs"])

Contact = TypeVar("Contact")


@dataclass(frozen=True)
class Plan:
    """What to read for a listing: `ranked` is a search by relevance, `counts` asks for the number of contacts."""

    listing: Listing
    window: Window
    keyset: bool
    ranked: bool
    counts: bool


@dataclass(frozen=True)
class Page(Generic[Contact]):
    """Contacts in the order asked for; `next` and `previous` are parameters, such as `page=2`, or None."""

    contacts: Sequence[Contact]
    count: int | None
    next: str | None
    previous: str | None

    def envelope(self, base: str, query: str, shown: Sequence[object]) -> dict[str, object]:
        """The contract's envelope around the contacts as they are `shown`; `query` led to this page of `base`."""
        return {
            "count": self.count,
            "next": link(base, query, self.next),
            "previous": link(base, query, self.previous),
            "results": shown,
        }


def link(base: str, query: str, to: str | None) -> str | None:
    """The absolute URL of a neighbouring page: the same query, with the other page or cursor at its end."""
    if to is None:
        return None
    kept = [part for part in query.split("&") if part and not part.startswith(("page=", "cursor="))]
    return f"{base}?{'&'.join([*kept, to])}"


def has_keyset(ordering: Ordering) -> bool:
    """Whether a page in this ordering can start from a contact's values: one direction, one field (or a known pair)."""
    if len({order.descending for order in ordering}) != 1:
        return False
    names = tuple(order.field.name for order in ordering[:-1])
    return len(names) < 2 or names in KEYSET_PAIRS


def by_place(row: Any, ordering: Ordering) -> tuple[object, ...]:
    """The values of an ordering's fields in a row of all fields."""
    return tuple([row[order.field.place] for order in ordering])


class Pager(Generic[Contact]):
    """Plans and finishes pages.

    `values` takes those of an ordering's fields from a contact; `keyset` is whether pages go by cursor, and
    `relevance` whether a search ranks by itself.
    """

    def __init__(
        self,
        signer: CursorSigner,
        values: Callable[[Contact, Ordering], tuple[object, ...]],
        *,
        keyset: bool,
        relevance: bool,
    ) -> None:
        self._signer = signer
        self._values = values
        self.keyset = keyset
        self._relevance = relevance

    def plan(self, listing: Listing) -> Plan:
        """The window for a listing; raises `InvalidError` for a bad cursor."""
        criteria = listing.criteria
        ranked = self._relevance and bool(criteria.terms) and not criteria.ordered
        keyset = self.keyset and not ranked and has_keyset(criteria.ordering)
        limit = listing.page_size + self.keyset
        if listing.cursor is not None:
            # Reading it even where it leads nowhere refuses a forged one everywhere.
            cursor = self._signer.read(criteria.ordering, listing.cursor)
            if keyset:
                window = Window(limit, after=cursor.values, backward=cursor.backward)
                return Plan(listing, window, keyset=True, ranked=False, counts=False)
        window = Window(limit, offset=((listing.page or 1) - 1) * listing.page_size)
        return Plan(listing, window, keyset=keyset, ranked=ranked, counts=not self.keyset)

    def finish(self, plan: Plan, found: Sequence[Contact], count: int | None) -> Page[Contact]:
        """The page of the contacts in the plan's window; raises `NotFoundError` past the end."""
        listing, window = plan.listing, plan.window
        size, number = listing.page_size, listing.page or 1
        kept = found[:size]
        if window.after is None and not kept and number > 1:
            raise NotFoundError(MESSAGES["no_page"])
        more = len(found) > size if count is None else number * size < count
        if not plan.keyset:
            following = f"page={number + 1}" if more else None
            return Page(kept, count, following, f"page={number - 1}" if number > 1 else None)
        if window.backward:
            kept = kept[::-1]
        behind = window.after is not None or window.offset > 0
        before, after = (more, True) if window.backward else (behind, more)
        return Page(
            kept,
            None,
            self._cursor(plan, kept[-1], backward=False) if after and kept else None,
            self._cursor(plan, kept[0], backward=True) if before and kept else None,
        )

    def _cursor(self, plan: Plan, contact: Contact, *, backward: bool) -> str:
        ordering = plan.listing.criteria.ordering
        return f"cursor={self._signer.sign(ordering, Cursor(self._values(contact, ordering), backward))}"
