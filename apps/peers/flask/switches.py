"""Everything that an experiment may vary in this service."""

from peers.core.python.switches import SHARED
from switchboard import Table, whole

TABLE: Table = {
    **SHARED,
    "server": (("gthread", "sync"), "gthread"),
    "workers": (whole(1, 64), "1"),
    "threads": (whole(1, 64), "4"),
}
