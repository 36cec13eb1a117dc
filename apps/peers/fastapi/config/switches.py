"""Everything that an experiment may vary in this service. Pure."""

from switchboard import ON_OFF, Switches, Table, whole

TABLE: Table = {
    "data": (("asyncpg", "sqlalchemy"), "asyncpg"),
    "cache": (("bytes", "off"), "bytes"),
    "pagination": (("keyset", "offset"), "keyset"),
    "search": (("fulltext", "trigram", "substring"), "fulltext"),
    "indexes": (ON_OFF, "on"),
    "trigram": (ON_OFF, "on"),
    "server": (("uvicorn", "granian"), "uvicorn"),
    "pool_size": (whole(1, 64), "4"),
}


def parse(text: str) -> Switches:
    """Read `SWITCHES`; raises `SwitchError`."""
    return Switches.parse(text, TABLE)
