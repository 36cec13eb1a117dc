"""Stats and aggregate, as the JSON will have them."""

from .connections import Database
from .sql import summary


class Summaries:
    """Sums over all contacts; each is one statement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def stats(self) -> dict[str, object]:
        """The counts and the points of the contract's `stats`."""
        contacts, with_address, with_relationship, total, lowest, highest = self._database.rows(summary.STATS)[0]
        return {
            "contacts": contacts,
            "with_address": with_address,
            "with_relationship": with_relationship,
            "points": {"total": total, "min": lowest, "max": highest},
        }

    def aggregate(self, group_by: str) -> dict[str, object]:
        """The contract's `aggregate` for a key of `summary.GROUPS`."""
        rows = self._database.rows(summary.aggregate(group_by))
        return {
            "group_by": group_by,
            "results": [{"key": key, "contacts": contacts, "points": points} for key, contacts, points in rows],
        }
