"""The scenarios of one call, beside one another."""
