"""PostgreSQL, Redis and JSON behind the application's ports."""
