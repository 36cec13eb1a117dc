"""Charts, as parts of the page: where things stand, and nothing else."""
