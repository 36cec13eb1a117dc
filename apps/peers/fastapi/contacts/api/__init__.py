"""HTTP: what every request passes, the endpoints of each arm, and the models."""
