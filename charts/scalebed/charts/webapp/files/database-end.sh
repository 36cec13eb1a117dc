#!/bin/sh
# Give a new clone its name, from when on pods can connect to it; read it into memory; drop the oldest of the service's
# other clones that nobody is connected to and that are not spared.
set -eu

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

name="$(cat "$STEPS/database")"
# What does not fit into Postgres's own buffers is read into the system's.
bytes="$(ask --dbname="$name" --command "
  SELECT 8192 * coalesce(sum(pg_prewarm(c.oid::regclass, CASE WHEN t.fits THEN 'buffer' ELSE 'read' END)), 0)
  FROM pg_class c,
       (SELECT pg_database_size(current_database()) < 0.8 * pg_size_bytes(current_setting('shared_buffers')) AS fits) t
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i', 'm')")"
echo "Read $bytes bytes into memory."
if [ "$name" != "$DATABASE" ]; then
  ask --command "ALTER ROLE app IN DATABASE $name SET statement_timeout = $STATEMENT_TIMEOUT_MS"
  ask --command "ALTER DATABASE $name RENAME TO $DATABASE"
fi
ask --command "COMMENT ON DATABASE $DATABASE IS 'whole, used $(date -u +%Y-%m-%dT%H:%M:%SZ)'"
ask --command "CHECKPOINT"
ask --command "
  SELECT datname FROM pg_database
  WHERE datname ~ '^${PREFIX}_[0-9a-f]{8}\$' AND datname NOT IN ('$DATABASE', '$SPARED')
  ORDER BY shobj_description(oid, 'pg_database') DESC NULLS LAST OFFSET $KEEP" |
  while read -r old; do
    # Without force: pods of before may still be connected, and then it goes another time.
    if ask --command "DROP DATABASE $old" 2>"$STEPS/error"; then
      echo "Dropped $old, which was not in use."
    else
      echo "Kept $old, which is still in use."
    fi
  done
echo "$DATABASE is whole."
