"""The log format and its configuration, in a process of their own: logging is configured once for each."""

import json
import logging
import subprocess
import sys

import pytest
from telemetry.logs import JsonFormatter, logging_config

from scalebed.paths import ROOT

APPS = ROOT / "apps"


def record(**attributes: object) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "contacts", "levelname": "ERROR", "created": 0.25, **attributes})


def test_a_record_is_one_line_of_ascii() -> None:
    line = JsonFormatter().format(record(msg="two\nlines for %s", args=("Zoë",)))
    assert line.isascii()
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "1970-01-01T00:00:00.250Z",
        "level": "ERROR",
        "logger": "contacts",
        "message": "two\nlines for Zoë",
    }


def test_a_record_carries_its_own_request_id() -> None:
    assert json.loads(JsonFormatter().format(record(msg="x", request_id=7)))["request_id"] == "7"


def test_levels_hold_and_access_logs_are_off() -> None:
    script = """
import logging, logging.config
from telemetry.logs import logging_config
logging.config.dictConfig(logging_config("WARNING"))
logging.getLogger("app").info("too low")
logging.getLogger("app").warning("shown")
for name in ("gunicorn.access", "uvicorn.access", "granian.access"):
    logging.getLogger(name).critical("a request")
logging.getLogger("gunicorn.error").error("a server's")
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": str(APPS)}, capture_output=True, check=True
    )
    assert [json.loads(line)["message"] for line in done.stderr.splitlines()] == ["shown", "a server's"]
    assert done.stdout == b""


def test_an_unknown_level_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'loud'"):
        logging_config("loud")
