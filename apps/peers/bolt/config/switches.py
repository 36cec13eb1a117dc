"""Everything that an experiment may vary in this service. Pure."""

from switchboard import ON_OFF, Table, whole

TABLE: Table = {
    "search": (("trigram", "substring"), "trigram"),
    "indexes": (ON_OFF, "on"),
    "trigram": (ON_OFF, "on"),
    "pool_size": (whole(1, 64), "4"),
    "workers": (whole(1, 64), "1"),
}
