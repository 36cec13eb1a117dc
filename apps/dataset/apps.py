"""The dataset app."""

from django.apps import AppConfig


class DatasetConfig(AppConfig):
    """Brings the commands that load rows, and the table that says which rows those are."""

    name = "dataset"
    default_auto_field = "django.db.models.BigAutoField"
