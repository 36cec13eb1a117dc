"""What a person types and sees; the only place that wires the others together."""
