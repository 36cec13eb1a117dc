"""Django's backend for PostgreSQL, as its `ENGINE` names it."""
