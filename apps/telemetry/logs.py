"""Structured logs: one JSON object a line on stderr, so that any collector can read them."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Servers give these handlers of their own; without them their records go to the root like everybody's.
SERVERS = ("_granian", "gunicorn.error", "uvicorn", "uvicorn.error", "uvicorn.asgi")
# A line for every request would be measured as the service's cost.
ACCESS = ("granian.access", "gunicorn.access", "uvicorn.access")


def _request_id(record: logging.LogRecord) -> str | None:
    """The id that the balancer or the caller gave the request, for records that name their request."""
    if (given := getattr(record, "request_id", None)) is not None:
        return str(given)
    headers = getattr(getattr(record, "request", None), "headers", None)
    return headers.get("X-Request-ID") if headers is not None else None


class JsonFormatter(logging.Formatter):
    """Formats a record as one line: time (UTC), level, logger, message, and exception and request_id if any."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := _request_id(record):
            line["request_id"] = request_id
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        # ASCII, because stderr may have any encoding and a log line must survive them all.
        return json.dumps(line)


def logging_config(level: str) -> dict[str, Any]:
    """A `logging.config.dictConfig` for Django's LOGGING: JSON on stderr from `level` up, no access logs.

    Raises ValueError for a level that logging does not know.
    """
    if level not in LEVELS:
        raise ValueError(f"LOG_LEVEL is {level!r}, which is no log level: choose one of {', '.join(LEVELS)}")
    passed_on = {"handlers": [], "level": "NOTSET", "propagate": True}
    # Nothing is logged above CRITICAL, so this level is silence.
    silent = {"handlers": [], "level": logging.CRITICAL + 1, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "stream": "ext://sys.stderr", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": dict.fromkeys(("django", "django.server", *SERVERS), passed_on) | dict.fromkeys(ACCESS, silent),
    }
