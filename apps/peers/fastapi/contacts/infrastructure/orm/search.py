"""The `search` parameter for SQLAlchemy; see `infrastructure.search` for what the strengths are."""

from collections.abc import Sequence
from dataclasses import dataclass

from contract.fields import SEARCHED
from peers.core.python.search import CANDIDATES, SHORTEST_TRIGRAM, Strength, is_identifier, like_escaped, prefix_query
from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, literal_column, or_, select, union, union_all
from sqlalchemy.orm import aliased

from .models import Address, AppUser

Condition = ColumnElement[bool]
OWN = tuple(field.attribute for field in SEARCHED if field.table == "u")


def contains(column: ColumnElement[str], pattern: str) -> Condition:
    """A case-insensitive LIKE in the form that an index on UPPER(column) can serve."""
    return func.upper(column).like(func.upper(pattern))


@dataclass(frozen=True)
class Term:
    """One term, to be matched in the tables (or aliases) that go by the names given."""

    text: str
    strength: Strength

    @property
    def indexed(self) -> bool:
        """Whether an index serves it."""
        return self.strength == "fulltext" or (self.strength == "trigram" and len(self.text) >= SHORTEST_TRIGRAM)

    def own(self, user: str = "app_user") -> Condition:
        """The match in the contact's own columns."""
        if self.strength != "fulltext":
            return or_(*(self._substring(user, name) for name in OWN))
        word = self._word(user)
        if not is_identifier(self.text):
            return word
        return or_(word, self._substring(user, "customer_id"), self._substring(user, "phone_number"))

    def city(self, address: str = "address") -> Condition:
        """The match in the city."""
        return self._word(address) if self.strength == "fulltext" else self._substring(address, "city")

    def both(self) -> Condition:
        """The match wherever it is."""
        return or_(self.own(), self.city())

    def checks(self) -> list[Condition]:
        """The exact substring conditions that a full-text match must meet besides."""
        return [Term(self.text, "substring").both()] if self.strength == "fulltext" else []

    def _substring(self, table: str, name: str) -> Condition:
        # By name, since the generated columns are there with `search=fulltext` alone and so are not mapped.
        column: ColumnElement[str] = literal_column(f"{table}.{name}")
        return contains(column, f"%{like_escaped(self.text)}%")

    def _word(self, table: str) -> Condition:
        query = func.to_tsquery(literal_column("'simple'"), prefix_query(self.text))
        found: Condition = literal_column(f"{table}.search").op("@@", is_comparison=True)(query)
        return found


def terms(texts: Sequence[str], strength: Strength) -> list[Term]:
    """The terms, the longest first."""
    return [Term(text, strength) for text in sorted(texts, key=len, reverse=True)]


def conditions(texts: Sequence[str], strength: Strength) -> list[Condition]:
    """The search as conditions on the contact and its address, for any ordering."""
    driver, *others = terms(texts, strength)
    found = _driven(driver) if driver.indexed else driver.both()
    return [found, *(term.both() for term in others), *(c for term in (driver, *others) for c in term.checks())]


def _driven(driver: Term) -> Condition:
    user, address = aliased(AppUser, name="u"), aliased(Address, name="a")
    own = select(user.id).where(driver.own("u"))
    city = select(user.id).select_from(address).join(user, user.address_id == address.id).where(driver.city("a"))
    return AppUser.id.in_(union_all(own, city))


def candidates(texts: Sequence[str], strength: Strength, filters: Sequence[Condition]) -> CompoundSelect[int]:
    """The ids of the contacts that a relevance search ranks; each branch capped."""
    driver, *others = terms(texts, strength)
    rest = [*(term.both() for term in others), *filters]
    rest += [check for term in (driver, *others) for check in term.checks()]
    own: Select[int] = select(AppUser.id).outerjoin(AppUser.address).outerjoin(AppUser.relationship)
    city = (
        select(AppUser.id)
        .select_from(Address)
        .join(AppUser, AppUser.address_id == Address.id)
        .outerjoin(AppUser.relationship)
    )
    return union(
        own.where(and_(driver.own(), *rest)).limit(CANDIDATES), city.where(and_(driver.city(), *rest)).limit(CANDIDATES)
    )


def rank(texts: Sequence[str]) -> ColumnElement[float]:
    """How well a contact matches: names weigh more than the city."""
    words: ColumnElement[str] = literal_column("app_user.search || COALESCE(address.search, ''::tsvector)")
    query = func.to_tsquery(literal_column("'simple'"), " | ".join(map(prefix_query, texts)))
    ranked: ColumnElement[float] = func.ts_rank(words, query)
    return ranked
