"""The optimized service: Django and Ninja in layers."""
