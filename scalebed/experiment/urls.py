"""Which addresses may be loaded: what is near, and what its user says may be."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def require_url(text: str, allowed: str, *, in_cluster: bool = False) -> None:
    """Raises ValueError with the rest of a sentence.

    `allowed`: a host that may be loaded wherever it is; `in_cluster`: it is asked by runners in a cluster.
    """
    if "@" in text.partition("://")[2].partition("/")[0]:
        raise ValueError("url: a name and a password do not belong into it; let the script log in")
    try:
        url = urlsplit(text)
        host, _ = url.hostname, url.port
    except ValueError as error:
        raise ValueError(f"url: {text} is no URL ({error})") from error
    if url.scheme not in ("http", "https") or not host or url.path.strip("/") or url.query or url.fragment:
        raise ValueError(
            f"url: must be scheme, host and port, such as http://127.0.0.1:8000, not {text!r}; "
            "paths belong to the script"
        )
    if in_cluster and _this_machine(host):
        raise ValueError(f"url: {host} is in a cluster the runner itself; name the address of an Ingress or a Gateway")
    near = _near(host) or (in_cluster and host.endswith((".svc", ".cluster.local")))
    if not near and host != allowed.lower():
        raise ValueError(
            f"url: {host} is neither this machine nor in a private network; if you may load it, add allow: {host}"
        )


def _this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _near(host: str) -> bool:
    if _this_machine(host):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
