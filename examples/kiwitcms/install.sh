#!/usr/bin/env bash
# Installs Kiwi TCMS and gunicorn into FOLDER/.venv: ./install.sh [FOLDER], by default "app" beside this file.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$here/app}
python=${PYTHON:-python3.11}

mkdir -p "$folder"
if [[ ! -x $folder/.venv/bin/python ]]; then
    "$python" -m venv "$folder/.venv"
fi
"$folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check 'setuptools<80' \
    gunicorn==27.0.1 psycopg2-binary==2.9.13
if ! "$folder/.venv/bin/python" -m pip show --quiet kiwitcms 2>/dev/null; then
    "$folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check kiwitcms==12.4
fi
# Kiwi TCMS 12.4 asks for django-modern-rpc 0.12.1, which cannot be imported from Python 3.11 on.
"$folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps django-modern-rpc==1.0.3
