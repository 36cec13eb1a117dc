"""Bolt's own server, which starts also while the database is away."""

from django_bolt.management.commands.runbolt import Command as RunBolt


class Command(RunBolt):
    """`runbolt`, without its look for migrations that were not applied."""

    def check_migrations(self) -> None:
        """Look for none: the tables are the dataset's, and the database may come later."""
