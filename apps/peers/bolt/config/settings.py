"""Settings from the environment; apps/README.md says what each variable means."""

import os
from urllib.parse import unquote, urlsplit

from contract.document import MAX_BODY
from django.core.exceptions import ImproperlyConfigured
from switchboard import SwitchError, Switches
from telemetry.logs import logging_config

from .switches import TABLE

try:
    SWITCHES = Switches.parse(os.environ.get("SWITCHES", ""), TABLE)
    SECRET_KEY = os.environ["SECRET_KEY"]
    _database = urlsplit(os.environ["DATABASE_URL"])
except SwitchError as error:
    raise ImproperlyConfigured(str(error)) from None
except KeyError as error:
    raise ImproperlyConfigured(f"{error.args[0]} is not set.") from None

DEBUG = False
ALLOWED_HOSTS = os.environ.get("ALLOWED_HOSTS", "localhost,127.0.0.1").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django_bolt",
    "telemetry",
    "peers.bolt.contacts",
]
ROOT_URLCONF = "peers.bolt.config.urls"
# Named, so that it looks for no others.
BOLT_API = ["peers.bolt.contacts.api:api"]
# Whatever the media type, a body above this is a 413.
BOLT_MAX_UPLOAD_SIZE = MAX_BODY

POOL_SIZE = SWITCHES.number("pool_size")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _database.path.lstrip("/"),
        "USER": unquote(_database.username or ""),
        "PASSWORD": unquote(_database.password or ""),
        "HOST": _database.hostname,
        "PORT": _database.port,
        "CONN_MAX_AGE": 0,  # Django's pool asks for it
        # Bolt's documentation recommends the pool; its threads give a connection back once they have nothing to do.
        # With a `reconnect_timeout` of 0 a lost database is tried again by the next request, and not after 8 or 16 s.
        "OPTIONS": {
            "connect_timeout": 5,
            "pool": {"min_size": 1, "max_size": POOL_SIZE, "timeout": 3.0, "reconnect_timeout": 0.0, "num_workers": 1},
        },
        # PgBouncer in transaction mode may give each statement another server.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
LOGGING = logging_config(os.environ.get("LOG_LEVEL", "INFO"))
# Bolt's lines for each request come by this logger, also with `enable_logging=False`; other services have none.
LOGGING["loggers"]["django.server"] = {"level": "CRITICAL", "propagate": False}

ACCESS_TOKEN_S = 300
REFRESH_TOKEN_S = 86_400
