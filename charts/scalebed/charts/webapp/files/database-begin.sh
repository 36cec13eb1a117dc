#!/bin/sh
# Clone the loaded template, unless this service's clone is there. A clone has another name until it is whole, so that
# no pod ever finds half of one.
set -eu

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

mark() { ask --command "SELECT coalesce(shobj_description(oid, 'pg_database'), 'begun') FROM pg_database WHERE datname = '$1'"; }

give_up_at=$(($(date +%s) + WAIT_SECONDS))
said=
while :; do
  state="$(mark "$TEMPLATE" 2>"$STEPS/error")" || state="$PGHOST does not answer"
  case "$state" in
    whole*) break ;;
  esac
  if [ "$said" != "$state" ]; then
    said="$state"
    echo "Waiting for $TEMPLATE to be loaded (${state:-not begun})."
  fi
  if [ "$(date +%s)" -ge "$give_up_at" ]; then
    echo "$TEMPLATE was not loaded within $WAIT_SECONDS s (${state:-not begun}): look at the dataset Job" >&2
    cat "$STEPS/error" >&2
    exit 1
  fi
  sleep 1
done

if [ -n "$(mark "$DATABASE")" ]; then
  echo "$DATABASE" >"$STEPS/database"
  echo "$DATABASE is there."
  exit 0
fi
ask --command "DROP DATABASE IF EXISTS ${DATABASE}_new WITH (FORCE)"
ask --command "CREATE DATABASE ${DATABASE}_new OWNER owner TEMPLATE $TEMPLATE STRATEGY file_copy"
echo "${DATABASE}_new" >"$STEPS/database"
echo "Cloned $TEMPLATE."
