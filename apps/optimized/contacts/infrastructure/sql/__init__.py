"""Prebuilt SQL: statements put together from fragments that were written once. Pure."""
