"""Settings of Kiwi TCMS for several replicas behind one address: no cache of a process's own."""

import os

from tcms.settings.product import *  # noqa: F403

SECRET_KEY = os.environ["KIWI_SECRET_KEY"]
REGISTRATION_ENABLED = False

# Kiwi's own choice, cached_db over the memory of one process, lets a replica answer from a session
# that another replica has changed or ended since.
SESSION_ENGINE = "django.contrib.sessions.backends.db"

# The default derives a key for a second of CPU at each log-in; scrypt is as hard to guess by needing memory instead.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]

EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
