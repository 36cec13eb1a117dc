"""PostgreSQL, Redis, passwords, tokens and JSON."""
