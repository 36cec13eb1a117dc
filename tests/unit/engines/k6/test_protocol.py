"""How k6's lines are read, and what its exit codes mean."""

from dataclasses import replace

import pytest

from scalebed.engines.k6.protocol import Row, environment, failure_of, is_whole, parse_line, parse_row
from scalebed.measurement.load import Load
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond


def test_an_endpoint_line() -> None:
    row = b'{"scalebed":1,"type":"endpoint","second":5,"endpoint":"detail","status":200,"count":3,"histogram":"HIST"}\n'
    assert parse_line(row) == EndpointSecond(5, "detail", 200, 3, "HIST")


def test_a_generator_line() -> None:
    row = b'{"scalebed":1,"type":"generator","second":5,"arrivals":9,"dropped":1,"in_flight":0.5,"lag_ms":1.25}\n'
    assert parse_line(row) == GeneratorSecond(5, 9, 1, 0.5, 1.25)


def test_a_check_line() -> None:
    row = b'{"scalebed":1,"type":"check","second":5,"check":"the sum is kept","passed":2,"failed":1}\n'
    assert parse_line(row) == CheckCount("the sum is kept", 2, 1)


def test_a_failure_line_is_its_sentence() -> None:
    row = b'{"scalebed":1,"type":"failure","second":5,"message":"the load generator ran out of local ports"}\n'
    assert parse_line(row) == "the load generator ran out of local ports"


@pytest.mark.parametrize("row", [b"", b"\n", b"running (0m01s)\n", b'{"type":"endpoint"}\n'])
def test_other_output_is_no_line_of_ours(row: bytes) -> None:
    assert parse_line(row) is None


@pytest.mark.parametrize(
    "row",
    [
        b'{"scalebed":1,"type":"endpoint","second":5',
        b'{"scalebed":4,"type":"endpoint","second":5,"endpoint":"a","status":200,"count":3,"histogram":""}',
        b'{"scalebed":1,"type":"generator","second":5,"surprise":1}',
        b'{"scalebed":1,"type":"unknown"}',
    ],
)
def test_a_broken_line_is_an_error(row: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        parse_line(row)


def test_a_good_end_is_no_failure() -> None:
    assert failure_of(0) is None


@pytest.mark.parametrize(
    ("code", "meaning"), [(107, "threw an exception"), (-9, "signal 9"), (137, "status 137"), (42, "status 42")]
)
def test_a_bad_end_is_one_sentence_with_the_last_word(code: int, meaning: str) -> None:
    assert meaning in str(failure_of(code))
    assert str(failure_of(code, "RATE is not set")).endswith(": RATE is not set")


def test_lines_tell_why_requests_failed_and_how_late_they_began() -> None:
    row = (
        b'{"scalebed":2,"type":"endpoint","second":5,"endpoint":"detail","status":200,"error":"check failed","count":3,'
        b'"histogram":"HIST","undelayed":"HISTU"}\n'
    )
    assert parse_line(row) == EndpointSecond(5, "detail", 200, 3, "HIST", "check failed", "HISTU")
    check = b'{"scalebed":2,"type":"check","second":5,"check":"the sum is kept","passed":2,"failed":1,"beside":1}\n'
    assert parse_line(check) == CheckCount("the sum is kept", 2, 1, 1)


def test_lines_of_the_first_format_are_still_read() -> None:
    row = b'{"scalebed":1,"type":"endpoint","second":5,"endpoint":"detail","status":301,"count":3,"histogram":"HIST"}\n'
    line = parse_line(row)
    assert isinstance(line, EndpointSecond)
    assert line.failure == "3xx"
    assert line.undelayed == ""


def numbered(number: int, kind: str = "generator") -> bytes:
    body = ',"arrivals":9,"dropped":1,"in_flight":0.5,"lag_ms":1.25' if kind == "generator" else ""
    return f'{{"scalebed":1,"runner":"ABC","line":{number},"type":"{kind}","second":5{body}}}'.encode()


def test_a_line_says_where_it_stands() -> None:
    assert parse_row(numbered(7)) == Row(GeneratorSecond(5, 9, 1, 0.5, 1.25), 7, runner="ABC")
    assert parse_row(numbered(8, "end")) == Row(None, 8, last=True, runner="ABC")
    assert parse_row(b"k6 says something") == Row(None)


def test_a_log_is_whole_from_its_first_to_its_last_line() -> None:
    rows = [numbered(1), b"k6 says something", numbered(2), numbered(3, "end")]
    assert is_whole(rows)
    assert not is_whole(rows[1:])
    assert not is_whole(rows[:-1])
    assert not is_whole([rows[0], rows[-1]])
    assert is_whole(
        [b'{"scalebed":1,"type":"generator","second":5,"arrivals":9,"dropped":1,"in_flight":0.5,"lag_ms":1}']
    )


def test_a_load_that_waits_longer_at_its_end_says_so() -> None:
    load = Load("shop", 1, 5, 10, 1, 1000, journeys=True)
    assert "TIMEOUT" not in environment("http://x", load)
    assert environment("http://x", replace(load, grace_s=34.0))["TIMEOUT"] == "34s"
