"""What a run keeps, and how it is written and read."""
