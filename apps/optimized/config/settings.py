"""Settings from the environment; `.env.example` documents each variable."""

from pathlib import Path

import environ
from contract.document import MAX_BODY
from django.core.exceptions import ImproperlyConfigured
from switchboard import SwitchError
from telemetry.logs import logging_config
from tls import TlsHostError, host_name, tls_host

from .switches import parse

BASE_DIR = Path(__file__).resolve().parents[1]

env = environ.Env()
try:
    SWITCHES = parse(env.str("SWITCHES", default=""))
    TLS_HOST = tls_host(env.str("TLS_HOST", default=""))
except (SwitchError, TlsHostError) as error:
    raise ImproperlyConfigured(str(error)) from None

DEBUG = env.bool("DJANGO_DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
STATEMENT_TIMEOUT_MS = env.int("STATEMENT_TIMEOUT_MS", default=10_000)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "ninja",
    "dataset",
    "querybench",
    "telemetry",
    "optimized.contacts",
]

# An API without cookies needs no sessions, messages or CSRF tokens; what browsers heed stays.
MIDDLEWARE = [
    "telemetry.middleware.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
if SWITCHES["hot"] == "loop":
    MIDDLEWARE = ["optimized.config.middleware.EnvelopeMiddleware"]
SILENCED_SYSTEM_CHECKS = ["security.W003"]  # CSRF abuses cookies; this service knows only bearer tokens

ROOT_URLCONF = "optimized.config.urls"
APPEND_SLASH = False
WSGI_APPLICATION = "optimized.config.wsgi.application"
ASGI_APPLICATION = "optimized.config.asgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

POOL_SIZE = SWITCHES.number("pool_size")
# As long as PgBouncer lets a query wait for a session of the server's (query_wait_timeout): whoever has waited so long
# has waited for a database that is away, or that has far too much to do.
POOL_TIMEOUT_S = env.float("POOL_TIMEOUT_S", default=3.0)
POOL_MAX_WAITING = env.int("POOL_MAX_WAITING", default=64)
# On the event loop, where no thread is held by who waits, and a process that its quota has stopped for a tenth of a
# second finds all that came meanwhile at once: 64 refused requests that would have been answered in a fraction of a
# second. Not many more, since under a load that is too much those who are answered have waited for all before them.
LOOP_MAX_WAITING = env.int("LOOP_MAX_WAITING", default=256)
# Left to itself, psycopg's pool tries a lost database again after 1, 2, 4, 8 s and so on, and is dark for as long once
# that is back. With 0 it gives up at once, and whoever asks for a connection makes it try again; while the database is
# away nobody does, since requests are refused before (DATABASE_PROBE_MS).
POOL_RECONNECT_S = env.float("POOL_RECONNECT_S", default=0.0)
POOL_MAX_LIFETIME_S = env.float("POOL_MAX_LIFETIME_S", default=3600.0)

_options: dict[str, object] = {"connect_timeout": 5}
if SWITCHES.on("prepared"):
    _options |= {"server_side_binding": True, "prepare_threshold": 5}
if SWITCHES.on("pool"):
    _options["pool"] = {
        "min_size": 1,
        "max_size": POOL_SIZE,
        "timeout": POOL_TIMEOUT_S,
        "max_waiting": POOL_MAX_WAITING,
        "max_lifetime": POOL_MAX_LIFETIME_S,
        "reconnect_timeout": POOL_RECONNECT_S,
        # One helper thread opens connections and replaces broken ones: enough for so small a pool.
        "num_workers": 1,
    }
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL"),
        "ENGINE": "optimized.contacts.infrastructure.postgresql",
        "CONN_MAX_AGE": 0,  # Django's pool asks for it
        "OPTIONS": _options,
        # PgBouncer in transaction mode may give each statement another server.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}

# While the database is away, one look in so many milliseconds finds out whether it is back, and requests are refused.
DATABASE_PROBE_MS = env.float("DATABASE_PROBE_MS", default=500.0)

# Redis where one is given; without it each process caches for itself, which suits one process in development only.
CACHE_URL = env.str("CACHE_URL", default="")
CACHE_TTL_S = env.float("CACHE_TTL_S", default=30.0)
EMPTY_CACHE = "optimized.contacts.composition.empty_cache"
# Of the first level of the cache, in each process (`held`).
HELD_BYTES = env.int("HELD_BYTES", default=16 * 1024 * 1024)
_on_loop = SWITCHES.on("async") or SWITCHES["hot"] != "django"
READINESS_CHECKS = ["optimized.contacts.checks.async_reads"] if _on_loop else []
DEGRADATION_CHECKS = ["optimized.contacts.checks.cache"] if SWITCHES["cache"] != "off" else []
CACHE_TIMEOUT_MS = env.int("CACHE_TIMEOUT_MS", default=250)
# Slower than this (some of its answers in a row, and not by this process's own doing) and it is left alone: the rows of
# a contact or a page come from the database in less. A cache in the same zone answers in one or two.
CACHE_SLOW_MS = env.float("CACHE_SLOW_MS", default=5.0)
CACHE_PROBE_MS = env.float("CACHE_PROBE_MS", default=250.0)

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY

ACCESS_TOKEN_S = env.int("ACCESS_TOKEN_S", default=300)
REFRESH_TOKEN_S = env.int("REFRESH_TOKEN_S", default=86_400)

LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))

# Where a proxy in front ends TLS, it tells the scheme; probes come past it, over plain HTTP. Without one, nobody's word
# for the scheme would count, and a browser sent on to HTTPS would find nobody there.
if TLS_HOST:
    ALLOWED_HOSTS.append(host_name(TLS_HOST))
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_SSL_HOST = TLS_HOST
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

# Of the description's page only.
STATIC_URL = "static/"
