"""What a service of the core alone says where it is asked for more."""

import tomllib
from pathlib import Path

import httpx
import pytest

from .bodies import BODY
from .conftest import Make
from .core import CORE_METHODS, NO_ADDRESSES, NO_METHOD
from .variants import Variant, checked
from .wire import Message, Wire

CONTRACT = Path(__file__).parents[2] / "apps" / "contract" / "contract.toml"


def test_the_core_is_what_the_contract_says() -> None:
    data = tomllib.loads(CONTRACT.read_text())
    said: dict[str, set[str]] = {}
    for name in data["core"]["operations"]:
        method, path = data["operations"][name].split()
        said.setdefault(path.replace("{id}", "1"), set()).update({method, "HEAD"} if method == "GET" else {method})
    assert said == CORE_METHODS


@pytest.mark.core
@pytest.mark.parametrize("path", NO_ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_address_beyond_the_core_is_a_404(variant: Variant, path: str, method: str) -> None:
    # Past the variant's own client, which would miss it in the description of the whole.
    answer = httpx.request(method, variant.url + path, json={} if method == "POST" else None)
    assert list(checked(answer, 404)) == ["detail"]


@pytest.mark.core
@pytest.mark.parametrize("path", CORE_METHODS)
def test_a_405_names_the_methods_of_the_core(variant: Variant, path: str) -> None:
    wire = Wire(variant.url)
    answer = wire.send(Message(NO_METHOD, path.encode(), (("Content-Type", "application/json"),), b"{}"))
    wire.close()
    assert answer.status == 405
    assert list(answer.json) == ["detail"]
    assert {name.strip() for name in answer.headers["allow"].split(",")} == CORE_METHODS[path]


@pytest.mark.core
def test_a_contact_lives_from_post_to_delete_in_the_core(variant: Variant, make: Make) -> None:
    contact = make()
    path = f"/api/contacts/{contact['id']}/"
    assert variant.http.put(path, json=BODY | {"last_name": "Put"}).status_code == 405
    assert variant.get(contact["id"]) == contact
    assert checked(variant.http.patch(path, json={"last_name": "Patched"}))["last_name"] == "Patched"
    assert (variant.http.delete(path).status_code, variant.http.get(path).status_code) == (204, 404)
