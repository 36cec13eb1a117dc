"""The addresses of the core: spelled one way, with the methods that the contract says."""

import pytest
from peers.core.python.addresses import methods_at

READ = {"GET", "HEAD"}


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/api/contacts/", READ | {"POST"}),
        ("/api/contacts/7/", READ | {"PATCH", "DELETE"}),
        ("/api/contacts/007/", READ | {"PATCH", "DELETE"}),
        ("/api/contacts/stats/", READ),
        ("/api/contacts/transfer/", {"POST"}),
        ("/api/auth/token/", {"POST"}),
        ("/api/basics/cpu/", READ),
        ("/healthz", READ),
    ],
)
def test_an_address_has_its_methods(path: str, methods: set[str]) -> None:
    assert set(methods_at(path) or ()) == methods


@pytest.mark.parametrize(
    "path",
    [
        *("/", "", "/api/", "/api/contacts", "/api/contacts//", "//api/contacts/", "/api/contacts/7", "/healthz/"),
        *("/api/contacts/7//", "/api/contacts/x/", "/api/contacts/١/", "/api/contacts/-1/", "/api/contacts/7\n/"),
        *("/api/contacts/{id}/", "/api/basics/7/", "/7/", "/api/contacts/bulk/", "/api/contacts/aggregate/"),
    ],
)
def test_anything_else_is_none(path: str) -> None:
    assert methods_at(path) is None
