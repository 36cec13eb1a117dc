"""A statement ready to run, and the fragments that all statements share."""

from dataclasses import dataclass

from contract.fields import FIELDS, Field


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
    column = field.column
    # Naive UTC times are decoded in C, whatever the session's time zone; the JSON says that they are UTC.
    return f"{column} AT TIME ZONE 'UTC'" if field.kind == "time" else column


JOIN_ADDRESS = " LEFT JOIN address a ON a.id = u.address_id"
JOIN_RELATIONSHIP = " LEFT JOIN customer_relationship r ON r.appuser_id = u.id"


@dataclass(frozen=True)
class Source:
    """Where a listing has the address `a` and the relationship `r` of the contact `u` from."""

    address: str
    relationship: str
    copied: bool

    @property
    def select(self) -> str:
        """A whole contact."""
        return f"SELECT {COLUMNS} FROM app_user u{self.address}{self.relationship}"  # noqa: S608  constants

    @property
    def joins(self) -> dict[str, str]:
        """By the letter of the table."""
        return {"a": self.address, "r": self.relationship}


def _copies(alias: str, prefix: str, fixed: str) -> str:
    """The columns of `u` that hold a part's values, under the part's own names. The planner sees through it."""
    copied = [f"u.{prefix}_{f.attribute} AS {f.attribute}" for f in FIELDS if f.table == alias and f.attribute != "id"]
    return f" CROSS JOIN LATERAL (SELECT {', '.join([fixed, *copied])}) {alias}"


COLUMNS = ", ".join(map(_selected, FIELDS))
JOINED = Source(JOIN_ADDRESS, JOIN_RELATIONSHIP, copied=False)
# The vector has no column of its own: it is asked for with a few candidates only.
COPIED = Source(
    _copies("a", "address", "u.address_id AS id, setweight(to_tsvector('simple', u.address_city), 'B') AS search"),
    _copies("r", "relationship", "u.relationship_id AS id, u.id AS appuser_id"),
    copied=True,
)
# Without eager loading: the contact and its address's id; the rest takes two more statements for each contact.
SELECT_BARE = f"SELECT {', '.join(_selected(f) for f in FIELDS if f.table == 'u')}, u.address_id FROM app_user u"  # noqa: S608
ADDRESS = f"SELECT {', '.join(_selected(f) for f in FIELDS if f.table == 'a')} FROM address a WHERE a.id = %s"  # noqa: S608
RELATIONSHIP = (
    f"SELECT {', '.join(_selected(f) for f in FIELDS if f.table == 'r')}"  # noqa: S608
    " FROM customer_relationship r WHERE r.appuser_id = %s"
)
