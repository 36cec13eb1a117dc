"""Lines of several generators, summed up."""

import json
import math

import pytest
from k6_lines import endpoint, generator

from scalebed.engines.k6.summary import ALL, LinesError, Tally, summarize


def test_generators_are_merged_exactly() -> None:
    rows = [
        "time=… level=info msg=k6's own",
        endpoint("detail", 200, [10.0] * 97),
        endpoint("detail", 200, [500.0] * 2, second=2),
        endpoint("detail", 503, [900.0]),
        endpoint("list", 0, [20.0]),
        generator(100, 0),
        generator(1, 4),
    ]
    summary = summarize(rows)
    detail, listing, together = summary.endpoints
    assert (detail.endpoint, detail.requests, detail.errors) == ("detail", 100, 1)
    assert detail.p50_ms == pytest.approx(10, rel=0.001)
    assert detail.p99_ms == pytest.approx(500, rel=0.001)
    assert (listing.endpoint, listing.errors) == ("list", 1)
    assert (together.endpoint, together.requests, together.errors) == (ALL, 101, 2)
    assert (summary.due, summary.dropped, summary.failures) == (105, 4, ())


def test_a_generator_s_own_trouble_is_told_once() -> None:
    trouble = '{"scalebed":1,"type":"failure","second":7,"message":"the load generator ran out of local ports"}'
    assert summarize([trouble, trouble]).failures == ("the load generator ran out of local ports",)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "there is no line"),
        (["{}"], "there is no line"),
        (["", '{"scalebed":1,"type":"endpoint"', generator(1, 0)], "line 2 begins like"),
        (['{"scalebed":1,"type":"generator"}', generator(1, 0)], "line 1 begins like"),
        (['{"scalebed":9,"type":"new"}', generator(1, 0)], "line 1 begins like"),
        ([endpoint("a", 200, [1.0]).replace("HIST", "HURZ")], "cannot be decoded"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(rows: list[str], says: str) -> None:
    with pytest.raises(LinesError, match=says):
        summarize(rows)


def test_what_failed_is_an_error_and_no_latency() -> None:
    wrong = endpoint("detail", 200, [1.0] * 50).replace('"scalebed":1,', '"scalebed":2,"error":"check failed",')
    declared = endpoint("detail", 404, [20.0] * 50).replace('"scalebed":1,', '"scalebed":2,"error":"",')
    (detail, _) = summarize([wrong, declared]).endpoints
    assert (detail.requests, detail.errors) == (100, 50)
    assert detail.p50_ms == pytest.approx(20, rel=0.001)
    (failed, _) = summarize([endpoint("detail", 301, [1.0])]).endpoints
    assert failed.errors == 1
    assert math.isnan(failed.p95_ms)


def numbered(lines: list[int], runner: str = "KX", last: int | None = None) -> list[str]:
    """A runner's lines of these numbers; the one numbered `last` says that it is the last."""
    made = []
    for line in lines:
        values = json.loads(generator(1, 0)) if line != last else {"scalebed": 2, "type": "end", "second": 1}
        made.append(json.dumps({"scalebed": 2, "runner": runner, "line": line, **values}, separators=(",", ":")))
    return made


def test_of_numbered_lines_it_is_told_which_are_missing() -> None:
    assert summarize(numbered([1, 2, 3], last=3)).remarks == ()
    assert summarize([*numbered([1, 2], last=2), *numbered([1], "MB", last=1)]).remarks == ()
    (rotated,) = summarize([*numbered([1, 2, 3, 7, 8], last=8), *numbered([1, 2], "MB", last=2)]).remarks
    assert rotated == "3 of the first 8 lines of the runner KX, as when its log is rotated."
    (beginning,) = summarize(numbered([5, 6], last=6)).remarks
    assert beginning.startswith("4 of the first 6 lines")
    (running,) = summarize(numbered([1, 2])).remarks
    assert running == "what the runner KX wrote after its line 2, as while it runs."


def test_a_numbered_line_counts_once_wherever_it_stands() -> None:
    tally = Tally()
    tally.add(numbered([1, 2, 3]), "a.log")
    with pytest.raises(LinesError, match=r"a\.log and b\.log both hold line 3 of the runner KX, which would"):
        tally.add(numbered([3, 4], last=4), "b.log")
    with pytest.raises(LinesError, match="this holds twice line 1 of the runner KX"):
        summarize(numbered([1, 1]))
