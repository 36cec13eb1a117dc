"""What is no hot read gets Django's answer from one thread: with all that Django does around a request, and no more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, cast

import pytest
from optimized.contacts.api.loop.asgi import answer

from tests.unit.optimized.conftest import Ask, Pair, Request, request

FORM = [("host", "localhost"), ("content-type", "application/x-www-form-urlencoded")]
ASKED: dict[str, Request] = {
    **{
        name: request(f"/odd/{name}")
        for name in ("nothing", "unmodified", "empty", "file", "streamed", "large", "cookies")
    },
    "a file's head": request("/odd/file", method="HEAD"),
    "a body": request("/odd/echo", method="POST", chunks=["one", "", " two"]),
    "a form": request("/odd/form", method="POST", chunks=["a=1&", "b=%C3%A9"], headers=FORM),
    "a fault": request("/odd/none"),
    "no such path": request("/elsewhere"),
    "one who leaves before all is sent": request("/odd/echo", method="POST", chunks=["one"], leave=True),
    "a request that is none": request("/odd/echo", "\xff"),
}


@pytest.fixture(scope="module")
def pairs(ask: Ask) -> dict[str, Pair]:
    """What both answer to each request."""
    return dict(
        zip(ASKED, ask(list(ASKED.values()), "front", SWITCHES="hot=front,server=uvicorn,threads=1"), strict=True)
    )


@pytest.mark.parametrize("asked", ASKED)
def test_it_answers_as_django_does_and_tells_its_signals_once(pairs: dict[str, Pair], asked: str) -> None:
    hot, django = (
        {**answer, "headers": [line for line in answer["headers"] if line[0] != "Content-Length"]}
        for answer in (pairs[asked]["hot"], pairs[asked]["django"])
    )
    assert hot == django
    assert hot["signals"] == ([0, 0] if hot["status"] is None else [1, 1])


@pytest.mark.parametrize("asked", ASKED)
def test_a_length_is_said_once_and_only_where_there_may_be_one(pairs: dict[str, Pair], asked: str) -> None:
    answer = pairs[asked]["hot"]
    lengths = [value for name, value in answer["headers"] if name == "Content-Length"]
    assert lengths == ([] if answer["status"] in {None, 204, 304} else [str(len(answer["body"]))])


def test_a_view_runs_in_a_thread(ask: Ask) -> None:
    (pair,) = ask([request("/odd/thread")], "loop")
    assert pair["hot"]["body"] == "False"


@pytest.mark.parametrize(
    ("status", "given", "sent"),
    [
        (200, {}, [(b"Content-Length", b"4")]),
        (404, {"Vary": "*"}, [(b"Vary", b"*"), (b"Content-Length", b"4")]),
        (200, {"content-length": "4"}, [(b"Content-Length", b"4")]),
        (204, {}, []),
        (304, {}, []),
    ],
)
def test_a_length_is_told_once_and_where_it_may_be(
    status: int, given: Mapping[str, str], sent: list[tuple[bytes, bytes]]
) -> None:
    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    asyncio.run(answer(send, cast("Any", Response(status, given))))
    assert messages == [
        {"type": "http.response.start", "status": status, "headers": sent},
        {"type": "http.response.body", "body": b"body"},
    ]


class Response:
    """What is asked of Django's, which cannot be made without its settings."""

    streaming = False
    content = b"body"

    def __init__(self, status: int, given: Mapping[str, str]) -> None:
        self.status_code = status
        self.items = given.items
        self.cookies: Mapping[str, Any] = {}
