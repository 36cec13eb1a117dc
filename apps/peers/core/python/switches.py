"""The switches that every peer in Python has; each adds its own."""

from switchboard import ON_OFF, Table, whole

SHARED: Table = {
    "search": (("trigram", "substring"), "trigram"),
    "indexes": (ON_OFF, "on"),
    "trigram": (ON_OFF, "on"),
    "pool_size": (whole(1, 64), "4"),
}
