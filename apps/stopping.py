"""How long a stopping service answers what it has begun: the same for every service and every server in Python."""

from collections.abc import Mapping

# What a request may wait for a connection to the database, before its statement begins.
CONNECTION_S = 5
# Of a statement where the environment does not say; also where it may take any time, since a stop must not.
STATEMENT_S = 10


def drain_s(environment: Mapping[str, str]) -> int:
    """Seconds from SIGTERM: for the longest statement, by `STATEMENT_TIMEOUT_MS`, and for its connection before it."""
    milliseconds = int(environment.get("STATEMENT_TIMEOUT_MS") or 0)
    return CONNECTION_S + (-(-milliseconds // 1000) if milliseconds > 0 else STATEMENT_S)
