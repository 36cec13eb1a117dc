#!/bin/sh
# k6, told how many contacts there are where CONTACTS does not say it.
set -eu
if [ -z "${CONTACTS:-}" ]; then
  said="$(curl --silent --show-error --fail "$BASE_URL/api/contacts/stats/")"
  CONTACTS="$(printf '%s' "$said" | sed -n 's/.*"contacts": *\([0-9]*\).*/\1/p')"
  export CONTACTS
fi
if [ "${CONTACTS:-0}" -eq 0 ]; then
  echo "k6: $BASE_URL has no contacts; first: docker compose run --rm generate_fake_data --customers 100000 --worker 4" >&2
  exit 2
fi
exec k6 "$@"
