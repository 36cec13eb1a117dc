"""Where TLS ends in front of a service, as the variable `TLS_HOST` says. Pure.

A service speaks plain HTTP and cannot know at which host and port, if any, a proxy takes requests over TLS. While it is
not told, it believes nobody who says that a request came by TLS, and sends nobody on to HTTPS.
"""

import re

_HOST = re.compile(r"(?P<name>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?")


class TlsHostError(ValueError):
    """`TLS_HOST` is no host; the message is one sentence."""


def tls_host(text: str) -> str:
    """`TLS_HOST` checked, in lower case: a host, with its port unless that is 443, or nothing."""
    found = _HOST.fullmatch(text)
    if text and (found is None or not 0 < int(found["port"] or 443) < 2**16):
        raise TlsHostError(
            f"TLS_HOST is {text!r}; give the host at which TLS ends, with its port unless that is 443, such as "
            "contacts.example or contacts.example:8443."
        )
    return text.lower()


def host_name(host: str) -> str:
    """The host without its port."""
    found = _HOST.fullmatch(host)
    return "" if found is None else found["name"]
