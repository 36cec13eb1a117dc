"""Settings and switches, from the environment."""
