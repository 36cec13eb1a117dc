"""The statements of `stats` and `aggregate`."""

from contract.document import MAX_GROUPS

from .statement import JOIN_ADDRESS, JOIN_RELATIONSHIP, Statement

STATS = Statement(
    "SELECT u.contacts, u.with_address, r.relationships, r.total, r.lowest, r.highest"
    " FROM (SELECT COUNT(*) AS contacts, COUNT(address_id) AS with_address FROM app_user) AS u,"
    " (SELECT COUNT(*) AS relationships, COALESCE(SUM(points), 0)::bigint AS total, MIN(points) AS lowest,"
    " MAX(points) AS highest FROM customer_relationship) AS r",
    prepare=True,
)
GROUPS = {"country": "a.country", "city": "a.city", "gender": "u.gender"}


def aggregate(group_by: str) -> Statement:
    """The largest groups by a key of `GROUPS`: key, contacts, points."""
    key = GROUPS[group_by]
    join = "" if group_by == "gender" else JOIN_ADDRESS.replace("LEFT ", "")
    return Statement(
        f'SELECT {key} COLLATE "C", COUNT(*), COALESCE(SUM(r.points), 0)::bigint'  # noqa: S608  constants
        f" FROM app_user u{join}{JOIN_RELATIONSHIP} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MAX_GROUPS}",
        prepare=True,
    )
