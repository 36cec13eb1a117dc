"""Applications of the user's own in a cluster: what runs there already is scaled, and given back as it was."""
