"""Which rate a repetition tries next, and when it has its answer. Pure."""
