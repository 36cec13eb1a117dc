"""The contacts app."""

from django.apps import AppConfig
from django.conf import settings
from django.db import connection

from .infrastructure.outages import DATABASE
from .infrastructure.sessions import answers

# Longer than a database that is there takes for `SELECT 1`, however busy it is.
ANSWERS_S = 1.0


class ContactsConfig(AppConfig):
    """Labels the app `contacts`, as in every Django variant, so that the tables are the same."""

    name = "optimized.contacts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        DATABASE.attend(_database_answers, every_s=settings.DATABASE_PROBE_MS / 1000)


def _database_answers() -> bool:
    """Whether a session of its own, past every pool, gets an answer. libpq waits two seconds at least to connect."""
    parameters = connection.get_connection_params()
    return answers({**parameters, "autocommit": True, "connect_timeout": 2}, ANSWERS_S)
