#!/bin/sh
# Close the template to everybody, so that it can be cloned at any time, and mark it as whole. Drop the oldest of the
# others.
set -eu

ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 "$@"; }

if [ ! -e "$STEPS/whole" ]; then
  ask --command "ALTER DATABASE $TEMPLATE WITH ALLOW_CONNECTIONS false IS_TEMPLATE true"
fi
ask --command "COMMENT ON DATABASE $TEMPLATE IS 'whole, used $(date -u +%Y-%m-%dT%H:%M:%SZ)'"
ask --command "
  SELECT datname FROM pg_database WHERE datname ~ '^tpl_[0-9]+_[0-9]+' AND datname <> '$TEMPLATE'
  ORDER BY shobj_description(oid, 'pg_database') DESC NULLS LAST OFFSET $KEEP" |
  while read -r old; do
    echo "Dropping $old, which is not in use."
    ask --command "ALTER DATABASE $old WITH IS_TEMPLATE false"
    ask --command "DROP DATABASE $old"
  done
echo "$TEMPLATE is whole."
