"""Settings and switches."""
