"""TLS_HOST: a host that browsers can be sent on to, nothing, or refused in one sentence."""

import pytest
from tls import TlsHostError, host_name, tls_host


@pytest.mark.parametrize(
    ("text", "host", "name"),
    [
        ("", "", ""),
        ("Contacts.example", "contacts.example", "contacts.example"),
        ("contacts.example:8443", "contacts.example:8443", "contacts.example"),
        ("127.0.0.1:65535", "127.0.0.1:65535", "127.0.0.1"),
        ("[2001:db8::1]:8443", "[2001:db8::1]:8443", "[2001:db8::1]"),
    ],
)
def test_a_host_is_kept_with_its_port(text: str, host: str, name: str) -> None:
    assert tls_host(text) == host
    assert host_name(host) == name


@pytest.mark.parametrize(
    "text", ["https://contacts.example", "contacts.example/", "a b", "a:0", "a:65536", "a:b", ":443", "on\n", "*"]
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(TlsHostError, match="give the host at which TLS ends"):
        tls_host(text)
