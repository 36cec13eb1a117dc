"""What is said of findings, in sentences made from figures."""
