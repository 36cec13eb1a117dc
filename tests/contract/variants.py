"""The variants under test, and the differences that apps/README.md allows each of them."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from .description import Description

Pairs = list[tuple[str, str]]
Contact = dict[str, Any]
Row = TypeVar("Row")

MAX_PAGE = 200


@dataclass(frozen=True)
class Capabilities:
    """What a variant may do otherwise: pages by cursor and without a count, search by word beginnings.

    `core`: it serves the core of the contract alone. `merges_slashes`: several in a row of an address are one to it.
    """

    keyset: bool = False
    fulltext: bool = False
    core: bool = False
    merges_slashes: bool = False


@dataclass(frozen=True)
class Entry:
    """A variant to test: its switches, where they differ from the defaults, and what it may do otherwise.

    `brief`: of a long table, one row of each kind will do, since other forms run the same code over all of it.
    `reads_as`: the service whose code reads its requests, and asks the database.
    """

    switches: dict[str, str] = field(default_factory=dict)
    can: Capabilities = field(default_factory=Capabilities)
    brief: bool = False
    reads_as: str | None = None


CORE = Capabilities(core=True)
MERGING = Capabilities(core=True, merges_slashes=True)
# What every service of the core can have otherwise, and what the further forms of those in Go have.
PLAIN = {"search": "substring", "indexes": "off", "trigram": "off", "pool_size": "8"}
OTHER_GO = PLAIN | {"json": "sonic", "prepared": "off", "procs": "1"}

# The first is the reference. Between them a service's forms take every value of every switch; a unit test makes sure.
VARIANTS = {
    "naive": Entry(),
    "naive-tuned": Entry(
        {"indexes": "on", "workers": "1", "threads": "4", "server": "gthread", "pool": "on", "views": "apiview"},
        brief=True,
    ),
    "optimized": Entry(can=Capabilities(keyset=True, fulltext=True)),
    "optimized-plain": Entry(
        {
            "pagination": "offset",
            "search": "trigram",
            "cache": "off",
            "pool_size": "8",
            "prepared": "off",
            "server": "gthread",
            "threads": "8",
        }
    ),
    "optimized-orm": Entry(
        {
            "sql": "orm",
            "json": "stdlib",
            "search": "substring",
            "cache": "keys",
            "eager": "off",
            "indexes": "off",
            "trigram": "off",
            "pool": "off",
            "server": "gunicorn-sync",
            "workers": "2",
        },
        Capabilities(keyset=True),
    ),
    "optimized-async": Entry(
        {"async": "on", "server": "uvicorn", "cache": "off", "jwt": "joserfc"},
        Capabilities(keyset=True, fulltext=True),
        brief=True,
    ),
    "optimized-asgi": Entry(
        {"server": "granian-asgi", "sql": "values"}, Capabilities(keyset=True, fulltext=True), brief=True
    ),
    "optimized-many": Entry(
        {"server": "gunicorn-uvicorn", "workers": "2", "json": "msgspec", "denormalised": "on"},
        Capabilities(keyset=True, fulltext=True),
        brief=True,
    ),
    "optimized-loop": Entry(
        {"hot": "loop", "server": "uvicorn", "held": "on"}, Capabilities(keyset=True, fulltext=True), brief=True
    ),
    "optimized-front": Entry(
        {"hot": "front", "server": "granian-asgi", "threads": "4", "held": "on"},
        Capabilities(keyset=True, fulltext=True),
        brief=True,
    ),
    "fastapi": Entry(can=Capabilities(keyset=True, fulltext=True)),
    "fastapi-plain": Entry(
        {"pagination": "offset", "search": "trigram", "cache": "off", "server": "granian", "pool_size": "8"}, brief=True
    ),
    "fastapi-models": Entry(
        {"models": "pydantic", "jwt": "joserfc", "redis": "redis-py", "server": "gunicorn-uvicorn", "workers": "2"},
        Capabilities(keyset=True, fulltext=True),
        brief=True,
        reads_as="fastapi",
    ),
    "fastapi-msgspec": Entry(
        {"models": "msgspec", "redis": "valkey-glide"},
        Capabilities(keyset=True, fulltext=True),
        brief=True,
        reads_as="fastapi",
    ),
    "fastapi-loop": Entry({"driver": "libpq", "held": "on"}, Capabilities(keyset=True, fulltext=True)),
    "fastapi-sqlalchemy": Entry({"data": "sqlalchemy"}, Capabilities(keyset=True, fulltext=True)),
    "fastapi-sqlalchemy-plain": Entry(
        {
            "data": "sqlalchemy",
            "pagination": "offset",
            "search": "substring",
            "cache": "off",
            "indexes": "off",
            "trigram": "off",
        },
        brief=True,
    ),
    "bolt": Entry(can=MERGING),
    "bolt-plain": Entry(PLAIN | {"workers": "2"}, MERGING, brief=True),
    "express": Entry(can=CORE),
    "express-callback": Entry(PLAIN | {"style": "callback", "workers": "2"}, CORE, brief=True),
    "fastify": Entry(can=CORE, reads_as="express"),
    "fastify-plain": Entry(PLAIN | {"schemas": "off", "workers": "2"}, CORE, brief=True, reads_as="express"),
    "nestjs": Entry(can=CORE, reads_as="express"),
    "nestjs-fastify": Entry(PLAIN | {"adapter": "fastify", "workers": "2"}, CORE, brief=True, reads_as="express"),
    "flask": Entry(can=CORE),
    "flask-sync": Entry(PLAIN | {"server": "sync", "workers": "2", "threads": "1", "pool_size": "1"}, CORE, brief=True),
    "quart": Entry(can=CORE, reads_as="flask"),
    "quart-hypercorn": Entry(PLAIN | {"server": "hypercorn"}, CORE, brief=True),
    "litestar": Entry(can=CORE),
    "litestar-uvicorn": Entry(PLAIN | {"server": "uvicorn"}, CORE, brief=True),
    "nethttp": Entry(can=CORE),
    "nethttp-sonic": Entry(OTHER_GO, CORE, brief=True),
    "gin": Entry(can=CORE, reads_as="nethttp"),
    "gin-sonic": Entry(OTHER_GO, CORE, brief=True),
    "fiber": Entry(can=CORE, reads_as="nethttp"),
    "fiber-sonic": Entry(OTHER_GO, CORE, brief=True),
    "fiber-prefork": Entry({"prefork": "on"}, CORE, brief=True, reads_as="nethttp"),
}


class Variant:
    """A running variant: its name, what it may do otherwise, and requests to it."""

    def __init__(self, name: str, url: str, whole: "Variant | None" = None) -> None:
        self.name = name
        self.url = url.rstrip("/")
        self.can = entry_of(name).can
        # Every answer, of whatever test, is one that the service's own description has; the core has none, so there it
        # is that of a service that serves the whole contract.
        if self.can.core:
            assert whole is not None, f"CONTRACT_URLS: name a service of the whole contract before {name}"
            self.description: Description = whole.description
        else:
            self.description = Description(httpx.get(f"{self.url}/api/openapi.json", timeout=60).json())
        self.http = httpx.Client(base_url=self.url, timeout=60, event_hooks={"response": [self._check]})
        self._remembered: dict[tuple[tuple[str, str], ...], Any] = {}

    def _check(self, response: httpx.Response) -> None:
        response.read()
        self.description.check(response)

    def contacts(self, params: Pairs) -> httpx.Response:
        """GET /api/contacts/ with these parameters."""
        return self.http.get("/api/contacts/", params=tuple(params))

    def remembered(self, params: Pairs) -> Any:
        """Return a list's envelope, from an earlier answer where there is one: tests leave the rows as they were."""
        key = tuple(params)
        if key not in self._remembered:
            self._remembered[key] = checked(self.contacts(params))
        return self._remembered[key]

    def follow(self, link: str) -> httpx.Response:
        """GET a `next` or `previous` as it is, as any client would."""
        assert urlsplit(link).netloc, f"{link} is not absolute"
        return self.http.get(link)

    def pages(self, params: Pairs, direction: str = "next", limit: int = 1000) -> list[dict[str, Any]]:
        """Return the envelopes of a list from its first page to its last."""
        response = self.contacts(params)
        envelopes = [checked(response)]
        while (link := envelopes[-1][direction]) is not None:
            assert len(envelopes) < limit, f"{direction} does not come to an end"
            envelopes.append(checked(self.follow(link)))
        return envelopes

    def every(self, params: Pairs) -> list[Contact]:
        """Return the contacts of all pages of a list, in order."""
        sized = [*(pair for pair in params if pair[0] != "page_size"), ("page_size", str(MAX_PAGE))]
        return [contact for page in self.pages(sized) for contact in page["results"]]

    def get(self, contact_id: int) -> Contact:
        """GET a contact that is there."""
        contact: Contact = checked(self.http.get(f"/api/contacts/{contact_id}/"))
        return contact

    def close(self) -> None:
        """Close the connections."""
        self.http.close()


def checked(response: httpx.Response, status: int = 200) -> Any:
    """Return a response's JSON, having made sure of its status."""
    assert response.status_code == status, f"{response.request.url} answered {response.status_code}: {response.text}"
    return response.json()


def given_urls() -> dict[str, str]:
    """Return name → base URL as CONTRACT_URLS gives them (`naive=http://…,optimized=http://…`)."""
    given = os.environ.get("CONTRACT_URLS", "")
    return dict(entry.strip().split("=", 1) for entry in given.split(",") if entry.strip())


def _words(variable: str) -> list[str]:
    return [word.strip() for word in os.environ.get(variable, "").split(",") if word.strip()]


def entry_of(name: str) -> Entry:
    """Return a variant's entry; a name without one is held to the whole contract, or to its core by CONTRACT_CORE."""
    return VARIANTS.get(name, Entry(can=CORE) if name in _words("CONTRACT_CORE") else Entry())


def variant_names() -> list[str]:
    """Return the names of the variants that are going to run, the reference first.

    CONTRACT_ONLY names those of the table that are wanted.
    """
    only = _words("CONTRACT_ONLY")
    unknown = sorted(set(only) - set(VARIANTS))
    assert not unknown, f"CONTRACT_ONLY: {unknown[0]} is none of {', '.join(VARIANTS)}"
    return list(given_urls()) or [name for name in VARIANTS if not only or name in only]


def brief() -> bool:
    """Tell whether long tables are to be cut for most variants."""
    return bool(os.environ.get("CONTRACT_BRIEF"))


def rows_of(name: str, table: Sequence[Row], kind: Callable[[Row], object]) -> list[Row]:
    """Return the rows of a table that a variant runs: all, or the first of each kind.

    With CONTRACT_BRIEF every variant but the own form of a service of the whole contract is brief.
    """
    if not (entry_of(name).brief or (brief() and ("-" in name or entry_of(name).can.core))):
        return list(table)
    first: dict[object, Row] = {}
    for row in table:
        first.setdefault(kind(row), row)
    return list(first.values())
