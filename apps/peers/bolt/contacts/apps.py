"""The app, whose tables the dataset's migrations make."""

from django.apps import AppConfig


class ContactsConfig(AppConfig):
    """Has the label that every Django service has."""

    name = "peers.bolt.contacts"
    label = "contacts"
    default_auto_field = "django.db.models.BigAutoField"
