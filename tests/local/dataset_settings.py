"""Settings for loading a dataset: the tables of the naive service, and nothing that serves."""

import os

SECRET_KEY = "of no use"
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth", "contacts", "dataset"]
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": "127.0.0.1",
        "PORT": os.environ["PGPORT"],
        "NAME": os.environ["PGDATABASE"],
        "USER": "postgres",
        "PASSWORD": os.environ.get("PGPASSWORD", ""),
    }
}
USE_TZ = True
