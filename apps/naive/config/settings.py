"""Settings from the environment; `.env.example` documents each variable."""

from pathlib import Path

import environ
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
    "django.contrib.staticfiles",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "dataset",
    "querybench",
    "telemetry",
    "naive.contacts",
]

MIDDLEWARE = [
    "telemetry.middleware.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

# An address has one spelling.
APPEND_SLASH = False
ROOT_URLCONF = "naive.config.urls"
WSGI_APPLICATION = "naive.config.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]

DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL"),
        # PgBouncer in transaction mode may give each statement another server.
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
if SWITCHES.on("pool"):
    # A thread answers one request at a time, over one connection.
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": SWITCHES.number("threads")}}

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

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
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["naive.contacts.parsers.CappedJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "naive.contacts.negotiation.JsonNegotiation",
    # What needs no token does not look at one.
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "naive.contacts.errors.exception_handler",
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
    # `?format=` would be a parameter that the contract does not know.
    "URL_FORMAT_OVERRIDE": None,
}

STATIC_URL = "static/"

SPECTACULAR_SETTINGS = {
    "TITLE": "Contacts",
    "DESCRIPTION": "Contacts of a CRM, their addresses and their loyalty points.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "OAS_VERSION": "3.1.0",
    # What is sent differs from what is answered: it lacks ids and times.
    "COMPONENT_SPLIT_REQUEST": True,
    # Who needs a token is the contract's to say.
    "AUTHENTICATION_WHITELIST": [],
    # Alike in every service, so that it is said in one place.
    "POSTPROCESSING_HOOKS": ["naive.contacts.documented.complete"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
