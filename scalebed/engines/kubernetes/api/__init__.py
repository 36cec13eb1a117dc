"""How a cluster is spoken to: its API, its quantities, and helm."""
