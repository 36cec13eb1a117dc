"""Tests, importable by their place: `tests.contract` speaks HTTP, `contract` is what the services agree on."""
