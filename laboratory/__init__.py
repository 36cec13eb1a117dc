"""Simulated services whose capacity is known, and how well the search for it does on each of them."""
