"""What fills the service's database: three visits."""

from __future__ import annotations

import os

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("CREATE TABLE visits (id bigserial PRIMARY KEY)")
    connection.execute("INSERT INTO visits SELECT FROM generate_series(1, 3)")
