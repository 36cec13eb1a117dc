"""What an experiment may vary in the naive service. The defaults are the documentation's; anything else is a choice."""

from switchboard import ON_OFF, SwitchError, Switches, Table, whole

TABLE: Table = {
    "indexes": (ON_OFF, "off"),
    "workers": (whole(1, 64), "2"),
    "threads": (whole(1, 64), "1"),
    "server": (("sync", "gthread"), "sync"),
    "pool": (ON_OFF, "off"),
    "views": (("viewset", "apiview"), "viewset"),
}


def parse(text: str) -> Switches:
    """Read `SWITCHES`; raises `SwitchError`."""
    switches = Switches.parse(text, TABLE)
    if switches.number("threads") > 1 and switches["server"] != "gthread":
        # gunicorn would become gthread by itself, and the results would bear another server's name.
        raise SwitchError(f"SWITCHES: threads={switches['threads']} needs threads to serve with; add server=gthread.")
    return switches
