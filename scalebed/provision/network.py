"""What of the caller's environment goes on to programs that fetch packages: what a network may need."""

from __future__ import annotations

import os

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")


def passed_on(*more: str) -> dict[str, str]:
    """The variables for proxies and certificates, and those of `more`, that are set."""
    return {key: os.environ[key] for key in (*more, *PROXIES, *_CERTIFICATES) if key in os.environ}
