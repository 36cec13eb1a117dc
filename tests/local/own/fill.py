"""What fills the service's database: three visits. It leaves a connection open, in a session of its own."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg

if "--drop" in sys.argv:
    with psycopg.connect(dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {os.environ['PGDATABASE']}")
    sys.exit()
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("CREATE TABLE visits (id bigserial PRIMARY KEY)")
    connection.execute("INSERT INTO visits SELECT FROM generate_series(1, 3)")

HOLD = "import os, psycopg, time; held = psycopg.connect(os.environ['DATABASE_URL']); print(flush=True); time.sleep(60)"
with subprocess.Popen([sys.executable, "-c", HOLD], start_new_session=True, stdout=subprocess.PIPE) as holding:
    assert holding.stdout is not None
    holding.stdout.readline()
    os._exit(0)
