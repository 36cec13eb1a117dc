#!/bin/sh
# Run once, by the image, when the data folder is new: the roles besides the superuser. `owner` makes and loads tables;
# `app`, the services' role, reads and writes rows and nothing else.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv app_password APP_PASSWORD
CREATE ROLE owner LOGIN PASSWORD :'owner_password';
CREATE ROLE app LOGIN PASSWORD :'app_password';
GRANT pg_read_all_data, pg_write_all_data TO app;
SQL
