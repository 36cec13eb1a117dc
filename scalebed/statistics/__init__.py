"""Intervals, and how many requests a verdict needs. Pure."""
