"""The running variants, and rows that a test made and nobody else needs."""

import importlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from .bodies import BODY
from .core import rows_of_core
from .oracle import Oracle
from .variants import VARIANTS, Variant, brief, checked, entry_of, given_urls, rows_of, variant_names

CONTACTS = 1500
# What these ask takes as long as all the rest.
OF_LISTS = frozenset({"test_generated", "test_pages", "test_reading"})
# What a brief run does not ask again of a service whose code for it is another's: all of these, the tables of those.
OF_PARTS = frozenset({"test_generated", "test_pages", "test_spelled"})
TABLES_OF_PARTS = frozenset({"test_reading", "test_writing"})
# What it asks the further forms of one: they differ in its server or its libraries.
OF_FORMS = frozenset({"test_auth", "test_beside", "test_core", "test_freshness", "test_transfer"})
Make = Callable[..., dict[str, Any]]


# Before xdist reads the marks, also where this folder is named on the command line.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the folder on two workers, each with a stack of its own, so that writes meet no one's reads.

    More workers would start stacks for longer than they test.
    """
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            apart = item.path.stem in OF_LISTS and not given_urls()
            item.add_marker(pytest.mark.xdist_group("contract of lists" if apart else "contract"))


def pytest_configure(config: pytest.Config) -> None:
    """Register the folder's marker."""
    config.addinivalue_line(
        "markers", "table(names, rows, kind): run with each row; a brief variant with one of each `kind(row)`"
    )
    config.addinivalue_line("markers", "whole: asks for more than the core of the contract")
    config.addinivalue_line("markers", "core: of services that serve the core alone")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that asks for `variant` against each of them, with its rows of the table where it has one."""
    if "variant" not in metafunc.fixturenames:
        return
    asked = [name for name in variant_names() if concerns(metafunc.definition, name)]
    table = metafunc.definition.get_closest_marker("table")
    if table is None:
        metafunc.parametrize("variant", asked, indirect=True)
        return
    names, rows, kind = table.args
    cases = [
        pytest.param(name, *(row if isinstance(row, tuple) else (row,)), id=f"{name}-{named(row)}")
        for name in asked
        for row in rows_of(name, rows_of_core(rows) if entry_of(name).can.core else rows, kind)
    ]
    metafunc.parametrize(("variant", *names.split(",")), cases, indirect=["variant"])


def concerns(test: pytest.Item, name: str) -> bool:
    """Tell whether a test is for a variant: those of the core have their own, and not all of the others'."""
    core = entry_of(name).can.core
    if test.get_closest_marker("whole" if core else "core") is not None:
        return False
    if not brief():
        return True
    module = test.path.stem
    if core and "-" in name:
        return module in OF_FORMS
    of_parts = module in OF_PARTS or (module in TABLES_OF_PARTS and test.get_closest_marker("table") is not None)
    return entry_of(name).reads_as is None or not of_parts


def named(row: object) -> str:
    """Return a row's name in a test's id."""
    return str(row)[:60].encode("ascii", "backslashreplace").decode()


def stack(exits: ExitStack) -> Mapping[str, str]:
    """Return name → base URL of the variants: those of CONTRACT_URLS, or else the local engine's own."""
    if urls := given_urls():
        return urls
    # Only here: whoever brings running variants needs no engine.
    engine = importlib.import_module("stack")
    switches = {name: VARIANTS[name].switches for name in variant_names()}
    cluster = "-".join(["contract", *filter(None, [os.environ.get("PYTEST_XDIST_WORKER")])])
    running: Mapping[str, str] = exits.enter_context(engine.stack(switches, contacts=CONTACTS, cluster=cluster))
    return running


@pytest.fixture(scope="session")
def variants() -> Iterator[dict[str, Variant]]:
    """The running variants by name; the first is the reference."""
    with ExitStack() as exits:
        running: dict[str, Variant] = {}
        for name, url in stack(exits).items():
            running[name] = Variant(name, url, next(iter(running.values()), None))
            exits.callback(running[name].close)
        yield running


@pytest.fixture(scope="session")
def reference(variants: dict[str, Variant]) -> Variant:
    """The variant that the others are compared with."""
    return next(iter(variants.values()))


@pytest.fixture
def variant(request: pytest.FixtureRequest, variants: dict[str, Variant]) -> Variant:
    """The variant under test."""
    return variants[request.param]


@pytest.fixture(scope="session")
def oracle(reference: Variant) -> Oracle:
    """All contacts, and what a query must find among them."""
    return Oracle(reference.every([("ordering", "id")]))


@pytest.fixture
def made(variant: Variant) -> Iterator[list[int]]:
    """Ids of contacts to remove when the test is over."""
    ids: list[int] = []
    yield ids
    for contact_id in ids:
        variant.http.delete(f"/api/contacts/{contact_id}/")


@pytest.fixture
def make(variant: Variant, made: list[int]) -> Make:
    """Make a contact that lasts as long as the test; arguments are fields that differ from BODY's."""

    def create(**fields: Any) -> dict[str, Any]:
        contact: dict[str, Any] = checked(variant.http.post("/api/contacts/", json=BODY | fields), 201)
        made.append(contact["id"])
        return contact

    return create
