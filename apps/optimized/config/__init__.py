"""Settings, switches, routes and the servers' entry points."""
