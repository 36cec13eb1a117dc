"""The contacts app."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Labels the app `contacts`, as in every Django variant, so that the tables are the same."""

    name = "naive.contacts"
    default_auto_field = "django.db.models.BigAutoField"
