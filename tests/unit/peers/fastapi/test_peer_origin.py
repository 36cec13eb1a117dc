"""Origins: ours, as the client knows them, or refused."""

import pytest
from contract.errors import RefusedError
from peers.fastapi.contacts.api.origin import Origins


def scope(host: str, scheme: str = "http") -> dict[str, object]:
    """What the gate says of a request."""
    headers = [(b"host", host.encode()), (b"x-forwarded-proto", b"gopher")]
    return {"scheme": scheme, "headers": headers}


ORIGINS = Origins(["one.example", ".two.example", "[::1]"])


@pytest.mark.parametrize("host", ["one.example", "ONE.example:8443", "two.example", "a.b.two.example", "[::1]:80"])
def test_ours_are_kept_as_they_are(host: str) -> None:
    assert ORIGINS.of(scope(host)) == f"http://{host}"


@pytest.mark.parametrize("host", ["", "other.example", "one.example.evil", "xtwo.example", "[::2]", "a.one.example"])
def test_others_are_refused(host: str) -> None:
    with pytest.raises(RefusedError, match="Bad request"):
        ORIGINS.of(scope(host))


def test_the_gate_tells_the_scheme() -> None:
    assert ORIGINS.of(scope("one.example", scheme="https")) == "https://one.example"
    assert ORIGINS.of(scope("one.example", scheme="http")) == "http://one.example"


def test_a_star_is_every_host() -> None:
    assert Origins(["*"]).of(scope("anything")) == "http://anything"
