#!/usr/bin/env bash
# pg 8.23.1 (with pg-types as it asks for it): a numeric is read as text, so that no digit is lost, but a numeric[] as floats: what
# array_agg() makes of exact amounts has other amounts in it, and no scale, without a word. Of int8, both are text.
#
# Seen, for the very texts that PostgreSQL sends:
#   numeric 12345678901234567.89: "12345678901234567.89"
#   numeric[] {12345678901234567.89,1.10}: [12345678901234568,1.1]
#   int8 9007199254740993: "9007199254740993"
#   int8[] {9007199254740993}: ["9007199254740993"]
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . pg@8.23.1 >/dev/null
cat >ask.cjs <<'JS'
const { types } = require('pg')

for (const [name, oid, text] of [
  ['numeric', 1700, '12345678901234567.89'], ['numeric[]', 1231, '{12345678901234567.89,1.10}'],
  ['int8', 20, '9007199254740993'], ['int8[]', 1016, '{9007199254740993}'],
]) console.log(`${name} ${text}: ${JSON.stringify(types.getTypeParser(oid)(text))}`)
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
