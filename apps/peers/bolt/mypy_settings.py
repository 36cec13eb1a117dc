"""What mypy's plugin needs to know of the models; it has neither Bolt nor an environment."""

SECRET_KEY = "mypy"  # noqa: S105
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "peers.bolt.contacts"]
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SWITCHES: dict[str, str] = {}
POOL_SIZE = ACCESS_TOKEN_S = REFRESH_TOKEN_S = 1
