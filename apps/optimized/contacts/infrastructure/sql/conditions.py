"""Filters → conditions. Text lookups are what Django's ORM would say, so that every reader finds the same rows."""

from collections.abc import Sequence

from contract.listing import Criteria, Filter

from .statement import Condition

_OPERATORS = {"exact": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


def like_escaped(text: str) -> str:
    """`text` with the wildcards of LIKE taken literally."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def contains(column: str, text: str) -> Condition:
    """Case-insensitive substring, in the form that an index on UPPER(column) can serve."""
    return Condition(f"UPPER({column}::text) LIKE UPPER(%s)", (f"%{like_escaped(text)}%",))


def of_filter(item: Filter) -> Condition:
    """The condition of one filter."""
    column = item.field.column
    if item.lookup == "isnull":
        key = "u.address_id" if item.field.table == "a" else "r.id"
        return Condition(f"{key} IS {'' if item.value else 'NOT '}NULL")
    if item.lookup == "in":
        return Condition(f"{column} = ANY(%s)", (list(item.value) if isinstance(item.value, tuple) else [item.value],))
    if item.lookup == "icontains":
        return contains(column, str(item.value))
    if item.lookup == "istartswith":
        return Condition(f"UPPER({column}::text) LIKE UPPER(%s)", (f"{like_escaped(str(item.value))}%",))
    return Condition(f"{column} {_OPERATORS[item.lookup]} %s", (item.value,))


def of_criteria(criteria: Criteria) -> list[Condition]:
    """The conditions of all filters; the search's are apart."""
    return [of_filter(item) for item in criteria.filters]


def where(conditions: Sequence[Condition]) -> Condition:
    """All of them as one WHERE clause, or nothing."""
    if not conditions:
        return Condition("")
    return Condition(
        " WHERE " + " AND ".join(condition.sql for condition in conditions),
        tuple(value for condition in conditions for value in condition.params),
    )


def any_of(conditions: Sequence[Condition]) -> Condition:
    """Their disjunction, in parentheses."""
    return Condition(
        "(" + " OR ".join(condition.sql for condition in conditions) + ")",
        tuple(value for condition in conditions for value in condition.params),
    )
