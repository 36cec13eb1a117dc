#!/usr/bin/env bash
# django-bolt 0.13.0 (Python 3.12 or newer): BoltAPI(enable_logging=False), of which the docstring says "Enable
# request/response logging", still writes a line for every request, by the logger django.server; only that logger's own
# level ends it.
#
# Seen:
#   enable_logging=True: GET /there 200
#   enable_logging=False: GET /there 200
#   enable_logging=False, and django.server at CRITICAL: nothing
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
versions="${PYENV_ROOT:-$HOME/.pyenv}/versions"
for python in python3 python3.14 python3.13 python3.12 "$versions"/3.1[2-9].*/bin/python3; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && break
done
"$python" -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'django-bolt==0.13.0' 'django==5.2.19' 'msgspec==0.23.0'
cat >site_settings.py <<'PYTHON'
import os

SECRET_KEY = "k" * 32
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = ["django_bolt"]
ROOT_URLCONF = "urls"
BOLT_API = ["api:api"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"bare": {"format": "%(message)s"}},
    "handlers": {"errors": {"class": "logging.StreamHandler", "formatter": "bare"}},
    "root": {"handlers": ["errors"], "level": "INFO"},
}
if level := os.environ.get("SERVER_LEVEL"):
    LOGGING["loggers"] = {"django.server": {"level": level}}
PYTHON
echo 'urlpatterns = []' >urls.py
cat >api.py <<'PYTHON'
import os

from django_bolt import BoltAPI

api = BoltAPI(enable_logging=os.environ["ENABLE_LOGGING"] == "True")


@api.get("/there")
async def there():
    return {}
PYTHON
cat >ask.py <<'PYTHON'
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request


def said(**environment):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "django", "runbolt", "--host", "127.0.0.1", "--port", str(port), "--no-admin"]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "site_settings", "PYTHONPATH": ".", **environment}
    server = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/there").read()
            break
        except OSError:
            time.sleep(0.1)
    time.sleep(1)
    server.terminate()
    found = re.search(r"GET /there 200", server.communicate()[1])
    return found[0] if found else "nothing"


print("enable_logging=True:", said(ENABLE_LOGGING="True"))
print("enable_logging=False:", said(ENABLE_LOGGING="False"))
print("enable_logging=False, and django.server at CRITICAL:", said(ENABLE_LOGGING="False", SERVER_LEVEL="CRITICAL"))
PYTHON
told="$(venv/bin/python ask.py)"
echo "$told"
[[ "$told" == "$seen" ]]
