"""HTTP: Ninja's endpoints and documentation, and the plain views of the hot reads."""
