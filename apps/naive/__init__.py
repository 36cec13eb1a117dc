"""The naive service: Django and REST framework, as their documentation teaches them."""
