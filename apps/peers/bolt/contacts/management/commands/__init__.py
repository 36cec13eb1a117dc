"""The commands of this service."""
