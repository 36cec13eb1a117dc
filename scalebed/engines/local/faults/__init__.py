"""Faults of the local engine: how parts of a deployed cell are made to fail, and come back."""
