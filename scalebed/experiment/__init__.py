"""What is asked: the experiment file, what it compares, and the order in which it is measured. Pure."""
