"""What parts used and how far a scaling is, read while a load runs."""
