"""Hosts that are ours, as Django judges them, and the same few are judged once."""

from functools import lru_cache

from django.conf import settings
from django.http.request import split_domain_port, validate_host


@lru_cache(maxsize=64)
def ours(host: str) -> bool:
    """Whether Django would answer under this host; it refuses all others, and logs them as an attempt to deceive."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)
