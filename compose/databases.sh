#!/bin/sh
# Make the tables and objects of each service's database; with `generate_fake_data [OPTION]…`, its rows as well.
set -eu
step="$1"
shift
for service in naive optimized; do
  cd "/srv/apps/$service"
  export DATABASE_URL="$SERVER_URL/$service"
  python manage.py migrate --no-input --verbosity 0
  if [ "$step" = generate_fake_data ]; then
    echo "$service:"
    python manage.py generate_fake_data "$@"
  fi
  python ../dataset/manage.py db_objects sync >/dev/null
done
if [ "$step" = generate_fake_data ]; then
  # What was read before is true no longer, and the services were not asked.
  python -c 'import os, redis; redis.from_url(os.environ["CACHE_URL"]).flushall()'
fi
