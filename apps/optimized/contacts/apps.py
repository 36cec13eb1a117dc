"""The contacts app."""

from django.apps import AppConfig
from django.conf import settings
from django.db import connection

from .infrastructure.outages import DATABASE
from .infrastructure.sessions import answers

# Longer than a database that is there takes for `SELECT 1`, however busy it is.
ANSWERS_S = 1.0
# libpq waits two seconds at least.
CONNECTS_S = 2
# What the database calls this session, in pg_stat_activity for one.
APPLICATION = "contacts-probe"


class ContactsConfig(AppConfig):
    """Labels the app `contacts`, as in every Django variant, so that the tables are the same."""

    name = "optimized.contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        DATABASE.attend(_database_answers, every_s=settings.DATABASE_PROBE_MS / 1000)


def _database_answers() -> bool:
    """Whether a session of its own, past every pool, gets an answer."""
    own = {"autocommit": True, "connect_timeout": CONNECTS_S, "application_name": APPLICATION}
    return answers({**connection.get_connection_params(), **own}, ANSWERS_S)
