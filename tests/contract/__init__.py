"""Contract tests: HTTP alone, against any variant."""
