"""May this process be sent requests? The database always, and whatever else the settings name."""

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


def readiness() -> tuple[bool, dict[str, str]]:
    """Run every check; whether all passed, and by the name of each its sentence, or "ok".

    `settings.READINESS_CHECKS` lists dotted paths of callables that return None, or a sentence when not ready.
    The last part of the path is the check's name.
    """
    checks: dict[str, Check] = {"database": database}
    for path in getattr(settings, "READINESS_CHECKS", ()):
        checks[path.rpartition(".")[2]] = _imported(path)
    troubles = {name: _outcome(check) for name, check in checks.items()}
    return not any(troubles.values()), {name: trouble or "ok" for name, trouble in troubles.items()}
