#!/usr/bin/env bash
# Installs pretix and gunicorn into FOLDER/.venv: ./install.sh [FOLDER], by default "app" beside this file.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$here/app}
python=${PYTHON:-python3.11}

mkdir -p "$folder"
if [[ ! -x $folder/.venv/bin/python ]]; then
    "$python" -m venv "$folder/.venv"
fi
"$folder/.venv/bin/python" -m pip install --quiet --disable-pip-version-check pretix==2026.8.0 gunicorn==27.0.1
# Where pretix writes its log and keeps what is uploaded.
mkdir -p "$folder/data"
