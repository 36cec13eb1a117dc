"""Settings of the commands in this folder: the database of `DATABASE_URL`, and nothing that serves."""

import os

import environ

env = environ.Env()

SECRET_KEY = "signs nothing here"  # noqa: S105
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=10_000)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "dataset.tables",
    "dataset",
    "telemetry",
]

# Without one, a command that needs a database says so, and the others run.
DATABASES = {"default": env.db_url("DATABASE_URL")} if os.environ.get("DATABASE_URL") else {}
if DATABASES:
    # PgBouncer in transaction mode may give each statement another server.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True
