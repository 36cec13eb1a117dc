"""What the OpenAPI document of every service says alike. Pure.

A framework generates the paths, the bodies and what a success looks like from a service's own models. It cannot see
what the service reads from a query by itself, nor how the contract refuses: that is added here, by the contract's
tables.
"""

from .operations import described

__all__ = ["described"]
