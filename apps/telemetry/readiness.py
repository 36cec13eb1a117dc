"""May this process be sent requests? What it cannot answer without decides; what else is broken is told beside it.

A part that all replicas share and can do without, such as a cache, must not decide: were it away, every replica would
leave the balancer at once, though each can answer.
"""

from collections.abc import Callable
from functools import cache
from typing import cast

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string

Check = Callable[[], str | None]


def database() -> str | None:
    """None if the default database answers, otherwise a sentence; how long to wait is the connection's timeout."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"The database does not answer ({type(error).__name__})."
    return None


@cache
def _imported(path: str) -> Check:
    return cast("Check", import_string(path))


def _outcome(check: Check) -> str | None:
    try:
        return check()
    except Exception as error:
        return f"The check failed ({type(error).__name__})."


def readiness() -> tuple[str, dict[str, str]]:
    """Run every check; "ok", "degraded" or "unavailable", and by the name of each check its sentence, or "ok".

    `settings.READINESS_CHECKS` lists dotted paths of callables that return None, or a sentence where the process cannot
    answer requests; `settings.DEGRADATION_CHECKS` likewise, where it can, but not as well as it should. The last part
    of the path is the check's name.
    """
    needed = {"database": database, **_named("READINESS_CHECKS")}
    troubles = {name: _outcome(check) for name, check in (needed | _named("DEGRADATION_CHECKS")).items()}
    status = "degraded" if any(troubles.values()) else "ok"
    if any(troubles[name] for name in needed):
        status = "unavailable"
    return status, {name: trouble or "ok" for name, trouble in troubles.items()}


def _named(setting: str) -> dict[str, Check]:
    return {path.rpartition(".")[2]: _imported(path) for path in getattr(settings, setting, ())}
