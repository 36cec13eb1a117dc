"""Everything that an experiment may vary in this service."""

from peers.core.python.switches import SHARED
from switchboard import Table

TABLE: Table = {**SHARED, "server": (("granian", "uvicorn"), "granian")}
