"""A page that shows a run while it goes on, and afterwards: served on loopback, from the run directory alone."""
