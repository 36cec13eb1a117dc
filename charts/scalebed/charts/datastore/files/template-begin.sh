#!/bin/sh
# Make the template database that the dataset goes into, unless it is there, whole. An interrupted one is taken up
# again: what fills it begins anew by itself.
set -eu

give_up_at=$(($(date +%s) + WAIT_SECONDS))
until pg_isready --quiet; do
  if [ "$(date +%s)" -ge "$give_up_at" ]; then
    echo "$PGHOST did not answer within $WAIT_SECONDS s: look at its pod" >&2
    exit 1
  fi
  sleep 1
done

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

state="$(ask --command "SELECT coalesce(shobj_description(oid, 'pg_database'), 'begun') FROM pg_database WHERE datname = '$TEMPLATE'")"
case "$state" in
  whole*)
    touch "$STEPS/whole"
    echo "$TEMPLATE is there."
    ;;
  "")
    ask --command "CREATE DATABASE $TEMPLATE OWNER owner"
    ;;
esac
if [ ! -e "$STEPS/whole" ]; then
  ask --dbname="$TEMPLATE" --command "CREATE EXTENSION IF NOT EXISTS pg_prewarm"
  echo "Filling $TEMPLATE."
fi
