#!/bin/sh
# Write the file of users from the Secret's passwords, which are letters and digits, and become the pooler.
set -eu
umask 077
printf '"%s" "%s"\n' app "$APP_PASSWORD" admin "$ADMIN_PASSWORD" stats "$STATS_PASSWORD" >/run/pgbouncer/users.txt
unset APP_PASSWORD ADMIN_PASSWORD STATS_PASSWORD
exec pgbouncer /etc/pgbouncer/pgbouncer.ini
