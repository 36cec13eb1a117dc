#!/usr/bin/env bash
# Installs Directus into FOLDER/node_modules: ./install.sh [FOLDER], by default "app" beside this file.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=${1:-$here/app}
version=12.4.0

mkdir -p "$folder"
cd "$folder"
installed=$(node -p "require('./node_modules/directus/package.json').version" 2>/dev/null || true)
if [[ $installed == "$version" && -x node_modules/.bin/directus ]]; then
    exit 0
fi
if [[ ! -f package.json ]]; then
    echo '{"private": true}' >package.json
fi
npm install --no-audit --no-fund --loglevel=error --save-exact "directus@$version"
