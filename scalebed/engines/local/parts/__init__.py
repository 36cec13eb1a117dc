"""The parts that a cell is made of: Postgres, PgBouncer, nginx, Valkey and the replicas."""
