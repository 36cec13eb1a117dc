"""A statement ready to run, and the fragments that all statements share."""

from dataclasses import dataclass

from ...application.fields import FIELDS, Field


@dataclass(frozen=True)
class Statement:
    """SQL with `%s` placeholders and its parameters.

    `prepare` marks the few shapes that recur with every request. The others stay unprepared on purpose: names and
    cities are skewed, and a generic plan would treat a rare one and a common one alike.
    """

    sql: str
    params: tuple[object, ...] = ()
    prepare: bool = False


@dataclass(frozen=True)
class Condition:
    """A part of a WHERE clause and its parameters."""

    sql: str
    params: tuple[object, ...] = ()


def _selected(field: Field) -> str:
    column = f"{field.table}.{field.column}"
    # Naive UTC times are decoded in C, whatever the session's time zone; the JSON says that they are UTC.
    return f"{column} AT TIME ZONE 'UTC'" if field.kind == "time" else column


JOIN_ADDRESS = " LEFT JOIN address a ON a.id = u.address_id"
JOIN_RELATIONSHIP = " LEFT JOIN customer_relationship r ON r.appuser_id = u.id"
JOINS = {"a": JOIN_ADDRESS, "r": JOIN_RELATIONSHIP}

COLUMNS = ", ".join(map(_selected, FIELDS))
SELECT = f"SELECT {COLUMNS} FROM app_user u{JOIN_ADDRESS}{JOIN_RELATIONSHIP}"  # noqa: S608  constants
# Without eager loading: the contact and its address's id; the rest takes two more statements for each contact.
SELECT_BARE = f"SELECT {', '.join(_selected(f) for f in FIELDS if f.table == 'u')}, u.address_id FROM app_user u"  # noqa: S608
ADDRESS = f"SELECT {', '.join(_selected(f) for f in FIELDS if f.table == 'a')} FROM address a WHERE a.id = %s"  # noqa: S608
RELATIONSHIP = (
    f"SELECT {', '.join(_selected(f) for f in FIELDS if f.table == 'r')}"  # noqa: S608
    " FROM customer_relationship r WHERE r.appuser_id = %s"
)
