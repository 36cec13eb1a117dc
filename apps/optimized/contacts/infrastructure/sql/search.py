"""The `search` parameter in its three strengths.

A contact's searched text lies in two tables, and no index spans an OR over tables. So one term, the longest, finds
contacts by a UNION of two index scans, and the other terms filter those.
"""

from dataclasses import dataclass
from typing import Literal

from contract.fields import SEARCHED

from .conditions import any_of, contains, where
from .statement import Condition

Strength = Literal["fulltext", "trigram", "substring"]

# A relevance search ranks at most so many contacts a branch; the first ones that the index gives.
CANDIDATES = 1000
SHORTEST_TRIGRAM = 3


@dataclass(frozen=True)
class Term:
    """One term: its match in the contact's own columns, in the address's city, and the exact substring check."""

    own: Condition
    city: Condition
    check: Condition | None
    indexed: bool

    @property
    def both(self) -> Condition:
        """The match wherever it is."""
        return any_of([self.own, self.city])


def prefix_query(term: str) -> str:
    """The term as a quoted prefix for `to_tsquery`, which parses it into words itself."""
    quoted = term.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}':*"


def is_identifier(term: str) -> bool:
    """Whether the term may be part of a customer id or a phone number, which have no words."""
    return (
        any(character.isdigit() for character in term)
        or term.upper().startswith("CUST")
        or "CUST-".startswith(term.upper())
    )


def _substring(term: str, *, own: bool) -> list[Condition]:
    return [contains(f.column, term) for f in SEARCHED if (f.table == "u") is own]


def of_term(term: str, strength: Strength) -> Term:
    """How a term is matched at a strength."""
    own, city = any_of(_substring(term, own=True)), any_of(_substring(term, own=False))
    if strength != "fulltext":
        return Term(own, city, None, strength == "trigram" and len(term) >= SHORTEST_TRIGRAM)
    query = prefix_query(term)
    word = Condition("u.search @@ to_tsquery('simple', %s)", (query,))
    words = [word, contains("u.customer_id", term), contains("u.phone_number", term)] if is_identifier(term) else [word]
    return Term(
        any_of(words),
        Condition("a.search @@ to_tsquery('simple', %s)", (query,)),
        # Words are folded a little differently from UPPER; the check keeps the results a subset of the substring's.
        any_of([own, city]),
        True,
    )


def conditions(terms: tuple[str, ...], strength: Strength) -> list[Condition]:
    """The search as conditions on `u` and `a`, for any ordering."""
    parsed = [of_term(term, strength) for term in sorted(terms, key=len, reverse=True)]
    found = [term.both for term in parsed]
    if parsed[0].indexed:
        found[0] = _driven(parsed[0])
    return found + [term.check for term in parsed if term.check is not None]


def _driven(term: Term) -> Condition:
    # Within the subquery, `u` and `a` are its own: nothing in it refers to the rows outside.
    return Condition(
        f"u.id IN (SELECT u.id FROM app_user u WHERE {term.own.sql}"  # noqa: S608  fragments
        f" UNION ALL SELECT u.id FROM address a JOIN app_user u ON u.address_id = a.id WHERE {term.city.sql})",
        (*term.own.params, *term.city.params),
    )


def candidates(terms: tuple[str, ...], filters: list[Condition], address: str, relationship: str) -> Condition:
    """The ids of the contacts that a relevance search ranks: `SELECT … UNION SELECT …`, each branch capped.

    `address` and `relationship` join the tables of these names; the latter is empty where no filter needs it.
    """
    driver, *others = (of_term(term, "fulltext") for term in sorted(terms, key=len, reverse=True))
    rest = [term.both for term in others] + filters
    rest += [term.check for term in (driver, *others) if term.check is not None]
    own, city = where([driver.own, *rest]), where([driver.city, *rest])
    return Condition(
        f"(SELECT u.id FROM app_user u{address}{relationship}{own.sql} LIMIT {CANDIDATES})"  # noqa: S608
        f" UNION (SELECT u.id FROM address a JOIN app_user u ON u.address_id = a.id{relationship}{city.sql}"
        f" LIMIT {CANDIDATES})",
        own.params + city.params,
    )


def rank(terms: tuple[str, ...]) -> Condition:
    """How well a contact matches: names weigh more than the city."""
    return Condition(
        "ts_rank(u.search || COALESCE(a.search, ''::tsvector), to_tsquery('simple', %s))",
        (" | ".join(map(prefix_query, terms)),),
    )
