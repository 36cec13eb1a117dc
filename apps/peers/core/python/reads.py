"""The reads of a contact, a page and the sums, as steps."""

from collections.abc import Mapping

from contract.cursors import CursorSigner
from contract.document import MAX_ID, MESSAGES
from contract.errors import NotFoundError
from contract.paging import Page, Pager, Plan, by_place
from contract.parameters import parse

from . import statements
from .cursors import PlaceCodec
from .rows import Row
from .search import Strength
from .statements import Statement, Statements
from .steps import Rows, Steps

CHECK = statements.CHECK
PASSWORD = "SELECT password FROM auth_user WHERE username = $1 AND is_active"  # noqa: S105  a statement


class Reads:
    """Reads contacts; pages go by number, with a count."""

    def __init__(self, strength: Strength) -> None:
        self._statements = Statements(strength)
        # No page of the core has a cursor, so no secret is kept.
        signer = CursorSigner("core", "", PlaceCodec())
        self._pager: Pager[Row] = Pager(signer, by_place, keyset=False, relevance=False)

    def contact(self, contact_id: int) -> Steps[Row]:
        """One contact; raises `NotFoundError`."""
        found: Rows = (yield statements.detail(contact_id)) if contact_id <= MAX_ID else []
        if not found:
            raise NotFoundError(MESSAGES["no_contact"])
        return found[0]

    def page(self, asked: Mapping[str, str]) -> Steps[Page[Row]]:
        """A page of contacts; raises `InvalidError` before the first step, and `NotFoundError` past the end."""
        return self._page(self._pager.plan(parse(asked, cursors=False)))

    def stats(self) -> Steps[Row]:
        """The row that `rows.stats` takes."""
        found = yield Statement(statements.STATS, recurs=True)
        return found[0]

    def password(self, username: str) -> Steps[str | None]:
        """The stored password of an active user, or None."""
        found = yield Statement(PASSWORD, (username,), recurs=True)
        return str(found[0][0]) if found else None

    def check(self) -> Steps[None]:
        """Ask for an answer, whatever it is."""
        yield CHECK

    def _page(self, plan: Plan) -> Steps[Page[Row]]:
        criteria, window = plan.listing.criteria, plan.window
        counted = yield self._statements.count(criteria, ranked=False)
        count, found = int(counted[0][0]), list[Row]()
        if window.offset < count:
            (statement,) = self._statements.page(criteria, window, ranked=False, keyset=False)
            found += yield statement
        return self._pager.finish(plan, found, count)
