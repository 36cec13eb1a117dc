"""The `search` parameter in its three strengths, as conditions on `app_user u` and `address a`. Pure.

A contact's searched text lies in two tables, and no index spans an OR over tables. So one term, the longest, finds
contacts by a UNION of two index scans, and the other terms filter those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contract.fields import SEARCHED

Strength = Literal["fulltext", "trigram", "substring"]

# A relevance search ranks at most so many contacts a branch; the first ones that the index gives.
CANDIDATES = 1000
SHORTEST_TRIGRAM = 3
_OWN = tuple(field.column for field in SEARCHED if field.table == "u")
_CITY = next(field.column for field in SEARCHED if field.table == "a")
_BY_ADDRESS = "FROM address a JOIN app_user u ON u.address_id = a.id"
_WITH_ADDRESS = "FROM app_user u LEFT JOIN address a ON a.id = u.address_id"


class Arguments(list[object]):
    """The arguments of a statement, in the order of their placeholders."""

    def add(self, value: object) -> str:
        """Append a value; its placeholder."""
        self.append(value)
        return f"${len(self)}"


def like_escaped(text: str) -> str:
    """`text` with the wildcards of LIKE taken literally."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def contains(column: str, pattern: str) -> str:
    """A case-insensitive LIKE in the form that an index on UPPER(column) can serve."""
    return f"UPPER({column}::text) LIKE UPPER({pattern}::text)"


def prefix_query(term: str) -> str:
    """The term as a quoted prefix for `to_tsquery`, which parses it into words itself."""
    quoted = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*"


def is_identifier(term: str) -> bool:
    """Whether the term may be part of a customer id or a phone number, which have no words."""
    upper = term.upper()
    return any(character.isdigit() for character in term) or upper.startswith("CUST") or "CUST-".startswith(upper)


def _any(conditions: Sequence[str]) -> str:
    return f"({' OR '.join(conditions)})"


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions)


@dataclass(frozen=True)
class Term:
    """How one term matches in the contact's own columns and in the city, and whether an index serves it.

    `check` are the exact substring conditions that a full-text match must meet besides.
    """

    own: str
    city: str
    check: tuple[str, ...]
    indexed: bool

    @property
    def both(self) -> str:
        """The match wherever it is."""
        return _any([self.own, self.city])


class Search:
    """Searches of one strength."""

    def __init__(self, strength: Strength) -> None:
        self._strength = strength

    def conditions(self, terms: Sequence[str], arguments: Arguments) -> list[str]:
        """All terms as conditions, for any ordering."""
        driver, *others = self._terms(terms, arguments)
        # Within the subquery, `u` and `a` are its own: nothing in it refers to the rows outside.
        found = (
            f"u.id IN (SELECT u.id FROM app_user u WHERE {driver.own}"  # noqa: S608  fragments
            f" UNION ALL SELECT u.id {_BY_ADDRESS} WHERE {driver.city})"
        )
        checks = [check for term in (driver, *others) for check in term.check]
        return [found if driver.indexed else driver.both, *(term.both for term in others), *checks]

    def candidates(self, terms: Sequence[str], filters: Sequence[str], joins: str, arguments: Arguments) -> str:
        """The ids of the contacts that a relevance search ranks: `SELECT … UNION SELECT …`, each branch capped."""
        driver, *others = self._terms(terms, arguments)
        rest = [*(term.both for term in others), *filters]
        rest += [check for term in (driver, *others) for check in term.check]
        return (
            f"(SELECT u.id {_WITH_ADDRESS}{joins} WHERE {_all([driver.own, *rest])} LIMIT {CANDIDATES})"
            f" UNION (SELECT u.id {_BY_ADDRESS}{joins} WHERE {_all([driver.city, *rest])} LIMIT {CANDIDATES})"
        )

    def rank(self, terms: Sequence[str], arguments: Arguments) -> str:
        """How well a contact matches: names weigh more than the city."""
        query = arguments.add(" | ".join(map(prefix_query, terms)))
        return f"ts_rank(u.search || COALESCE(a.search, ''::tsvector), to_tsquery('simple', {query}))"

    def _terms(self, terms: Sequence[str], arguments: Arguments) -> list[Term]:
        return [self._term(term, arguments) for term in sorted(terms, key=len, reverse=True)]

    def _term(self, term: str, arguments: Arguments) -> Term:
        pattern = arguments.add(f"%{like_escaped(term)}%")
        own, city = _any([contains(column, pattern) for column in _OWN]), contains(_CITY, pattern)
        if self._strength != "fulltext":
            return Term(own, city, (), self._strength == "trigram" and len(term) >= SHORTEST_TRIGRAM)
        query = f"to_tsquery('simple', {arguments.add(prefix_query(term))})"
        words = [f"u.search @@ {query}"]
        if is_identifier(term):
            words += [contains("u.customer_id", pattern), contains("u.phone_number", pattern)]
        # Words are folded a little differently from UPPER; the check keeps the results a subset of the substring's.
        return Term(_any(words), f"a.search @@ {query}", (_any([own, city]),), indexed=True)
