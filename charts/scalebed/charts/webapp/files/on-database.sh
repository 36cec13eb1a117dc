#!/bin/sh
# Run a service's command on the database that is being made.
set -eu
DATABASE_URL="$SERVER_URL/$(cat "$STEPS/database")"
export DATABASE_URL
exec "$@"
