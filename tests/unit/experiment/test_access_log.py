from __future__ import annotations

import json
import random
from collections import Counter
from itertools import islice, product

import pytest

from scalebed.experiment import access_log
from scalebed.experiment.access_log import KINDS, PATHS, Mix, folded, read

COMMON = '203.0.113.7 - frank [10/Oct/2026:13:55:36 +0200] "{line}" {status} 2326'


def common(line: str, status: int = 200) -> str:
    return COMMON.format(line=line, status=status)


def kinds(mix: Mix) -> dict[str, int]:
    return {kind.name: kind.times for kind in mix.kinds.values()}


@pytest.mark.parametrize(
    "line",
    [
        common("GET /items/7?b=1 HTTP/1.1"),
        f'{common("GET /items/7?b=1 HTTP/1.1")} "https://shop.example/" "Mozilla/5.0 (a \\"quoted\\" one)"',
        f"shop.example:443 {common('GET https://shop.example/items/7?b=1 HTTP/2.0')} 0.013",
        json.dumps(
            {"time_iso8601": "2026-10-10T13:55:36+02:00", "request": "GET /items/7?b=1 HTTP/1.1", "status": "200"}
        ),
        json.dumps({"ts": 1791633336.5, "method": "GET", "uri": "/items/7?b=1", "status": 200, "more": {"a": [1]}}),
    ],
)
def test_the_usual_formats_are_read(line: str) -> None:
    mix = read([line])
    assert kinds(mix) == {"GET /items/{n}": 1}
    assert next(iter(mix.kinds.values())).paths == ["/items/7?b=1"]
    assert mix.minutes.total() == 1
    assert mix.unread == 0


def test_csv_is_read_by_its_head() -> None:
    mix = read(
        ['Time,Method,"URI",status\n', '2026-10-10 13:55:36,GET,"/a?b=1,2",200\n', "2026-10-10 13:55,POST,/a,201\n"]
    )
    assert kinds(mix) == {"GET /a": 1}
    assert mix.kinds["GET", "/a"].paths == ["/a?b=1,2"]
    assert mix.left_out == {"POST": 1}
    assert mix.lines == 2


def test_what_changes_something_or_was_no_success_is_left_out_and_counted() -> None:
    lines = [
        common("GET / HTTP/1.1"),
        common("POST /cart HTTP/1.1"),
        common("DELETE /a HTTP/1.1"),
        common("HEAD /a HTTP/1.1"),
    ]
    lines += [common("GET /a HTTP/1.1", status) for status in (301, 302, 304, 404, 500, 503)]
    mix = read(lines)
    assert kinds(mix) == {"GET /": 1, "HEAD /a": 1}
    assert mix.left_out == {"POST": 1, "DELETE": 1, "3xx": 2, "304": 1, "4xx": 1, "5xx": 2}


def test_lines_that_cannot_be_read_are_counted_and_the_first_kept() -> None:
    wrong = ["nonsense", '1.2.3.4 - - [x] "\\x16\\x03\\x01" 400 0', "{broken", json.dumps({"a": 1}), json.dumps([1])]
    mix = read([*wrong, "", common("GET / HTTP/1.1"), common("GET nowhere HTTP/1.1")])
    assert (mix.lines, mix.unread, mix.taken) == (7, 6, 1)
    assert mix.first_unread == wrong[:3]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/items/12/notes?page=3", "/items/{n}/notes"),
        ("/u/3fa85f64-5717-4562-b3fc-2c963f66afa6", "/u/{uuid}"),
        ("/static/app.9f8e7d6c.js", "/static/app.9f8e7d6c.js"),
        ("/blob/9f8e7d6c5b", "/blob/{hash}"),
        ("/deadbeef", "/deadbeef"),
        ("/", "/"),
    ],
)
def test_paths_are_folded_as_reports_name_them(path: str, expected: str) -> None:
    assert folded(path) == expected


def test_paths_are_a_fair_sample_and_memory_is_bounded() -> None:
    drawing = random.Random(3)
    chosen = [drawing.randrange(40_000) for _ in range(30_000)]
    mix = read(common(f"GET /items/{n} HTTP/1.1") for n in chosen)
    (kind,) = mix.kinds.values()
    assert (kind.times, len(kind.paths)) == (30_000, PATHS)
    early = sum(path in {f"/items/{n}" for n in chosen[:15_000]} for path in kind.paths)
    assert 400 < early < 750  # half of them, and a few that came again


def test_more_kinds_than_a_report_tells_apart_are_one() -> None:
    lines = [
        common(f"GET /page-{chr(97 + n // 26)}{chr(97 + n % 26)} HTTP/1.1") for n in range(90) for _ in range(90 - n)
    ]
    lines += [common("HEAD /seldom HTTP/1.1")]
    mix = read(lines)
    shown = mix.most_frequent()
    assert len(shown) == KINDS
    names = {kind.name: kind for kind in shown}
    assert names["GET /page-aa"].times == 90
    assert sum(kind.times for kind in shown) == mix.taken == len(lines)
    drawn = Counter(names["GET others"].paths)
    assert len(names["GET others"].paths) == PATHS
    assert drawn["/page-by"] > drawn["/page-dl"]
    assert names["HEAD others"].paths == ["/seldom"] * PATHS


def test_kinds_beyond_what_is_counted_go_on_as_one() -> None:
    names = ["".join(letters) for letters in islice(product("abcdefghij", repeat=4), 3000)]
    mix = read(common(f"GET /{name} HTTP/1.1") for name in names)
    assert len(mix.kinds) <= 2002
    assert mix.taken == 3000
    assert mix.kinds["GET", ""].times == 1000


def test_rates_are_told_of_at_most_so_many_parts_of_the_time() -> None:
    minutes = {f"2026-11-29T07:{minute:02}": 60 * (minute + 1) for minute in range(8)}
    assert access_log.rates(minutes) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert access_log.rates(minutes, most=4) == [1.5, 3.5, 5.5, 7.5]
    # The last part is no longer than the others, and may have less in it.
    assert access_log.rates(minutes, most=3) == [2, 5, 5]


@pytest.mark.parametrize(
    "minutes",
    [
        {"29/Nov/2026:23:59": 60, "30/Nov/2026:00:01": 120},
        {"2026-11-29 23:59": 60, "2026-11-30 00:01": 120},
        {"29734559": 60, "29734561": 120},
    ],
)
def test_minutes_without_a_request_are_a_rate_of_none(minutes: dict[str, int]) -> None:
    assert access_log.rates(minutes) == [1, 0, 2]
