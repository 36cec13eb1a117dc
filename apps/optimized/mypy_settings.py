"""Settings for the type checker's plugin, which imports them but needs neither a secret nor a database."""

import os

os.environ.setdefault("SECRET_KEY", "types")
os.environ.setdefault("DATABASE_URL", "postgres://types")

from optimized.config.settings import *  # noqa: F403 - after the environment is set
