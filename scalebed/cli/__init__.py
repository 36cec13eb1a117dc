"""What a person types and sees; the only place that wires the others together."""

RUNNERS = 2
"""Pods that share the load in a cluster, where nobody says how many."""
