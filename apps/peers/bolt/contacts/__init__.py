"""The contacts API."""
