"""The tables' app."""

from django.apps import AppConfig


class TablesConfig(AppConfig):
    """Labelled `contacts`, so that a database made here and one made by a variant know the same migrations."""

    name = "dataset.tables"
    label = "contacts"
    default_auto_field = "django.db.models.BigAutoField"
