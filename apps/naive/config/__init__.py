"""Settings, switches and routes."""
