"""Loads from files."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from scalebed.cli.loads import LoadError, load_of


def _written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_profile_is_that_of_an_experiment(tmp_path: Path) -> None:
    text = "name: x\nprofile:\n  - {rate: 5, duration: 2s}\n  - {rate: 1, to: 3, duration: 2s}\n"
    load = load_of(_written(tmp_path, "day.yaml", text))
    assert (load.name, load.rates.tolist()) == ("day", [5, 5, 1.5, 2.5])
    assert load_of(_written(tmp_path, "list.yml", "- {rate: 5, duration: 2s}\n")).rates.tolist() == [5, 5]


def test_a_table_has_a_time_and_a_rate_in_each_row(tmp_path: Path) -> None:
    """The last row lasts as long as the one before it."""
    load = load_of(_written(tmp_path, "rates.csv", "second,rate\n0,10\n2,20\n5,30\n"))
    assert load.rates.tolist() == [10, 10, 20, 20, 20, 30, 30, 30]


def test_times_may_be_those_of_a_clock(tmp_path: Path) -> None:
    text = "timestamp,service,rps\n2026-11-30T05:00:00Z,a,10\n2026-11-30T05:00:02+00:00,a,20\n"
    assert load_of(_written(tmp_path, "t.csv", text)).rates.tolist() == [10, 10, 20, 20]


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000, 1_000_000_000])
def test_seconds_since_1970_may_be_finer(tmp_path: Path, factor: int) -> None:
    rows = "".join(f"{(1_790_000_000 + second) * factor},{rate}\n" for second, rate in ((0, 10), (2, 20)))
    assert load_of(_written(tmp_path, "t.csv", f"time,rate\n{rows}")).rates.tolist() == [10, 10, 20, 20]


_LINE = '1.2.3.4 - - [{at}] "{method} /x HTTP/1.1" {status} 5 "-" "-"\n'


def test_a_log_counts_every_request(tmp_path: Path) -> None:
    """Of whatever kind, and minutes without any; its first and last minute may be there in part, and are left out."""
    asked = [(0, "GET", 200), (1, "GET", 200), (1, "POST", 201), (1, "GET", 500), (3, "GET", 304), (4, "GET", 200)]
    text = "".join(
        _LINE.format(at=f"30/Nov/2026:05:0{minute}:01 +0000", method=method, status=status)
        for minute, method, status in asked
    )
    path = tmp_path / "access.log.gz"
    path.write_bytes(gzip.compress(text.encode()))
    load = load_of(path)
    assert load.seconds == 180
    assert load.rates[[0, 59, 60, 119, 120]].tolist() == pytest.approx([0.05, 0.05, 0, 0, 1 / 60])


@pytest.mark.parametrize(
    "form", ["%d/%b/%Y:%H:%M:%S %z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M:%S %z"], ids=["common", "iso", "space"]
)
def test_an_hour_that_comes_twice_is_two_hours(tmp_path: Path, form: str) -> None:
    """The night in which clocks in Berlin go from +02:00 back to +01:00: six requests a minute throughout."""
    berlin = ZoneInfo("Europe/Berlin")
    begun = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    moments = [(begun + timedelta(seconds=10 * step)).astimezone(berlin) for step in range(3 * 360)]
    text = "".join(_LINE.format(at=moment.strftime(form), method="GET", status=200) for moment in moments)
    load = load_of(_written(tmp_path, "access.log", text))
    assert load.seconds == 3 * 3600 - 120
    assert load.rates.tolist() == pytest.approx([0.1] * load.seconds)


def test_a_log_in_json_may_have_milliseconds(tmp_path: Path) -> None:
    rows = "".join(
        json.dumps({"ts": 1_790_000_000_000 + 1000 * step, "method": "GET", "path": "/", "status": 200}) + "\n"
        for step in range(300)
    )
    load = load_of(_written(tmp_path, "access.log", rows))
    assert load.rates.tolist() == pytest.approx([1.0] * load.seconds)


def test_a_log_of_seconds_is_too_short(tmp_path: Path) -> None:
    text = _LINE.format(at="30/Nov/2026:05:00:01 +0000", method="GET", status=200)
    with pytest.raises(LoadError, match="covers less than three minutes"):
        load_of(_written(tmp_path, "access.log", text))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.yaml", "name: x\n", "has no profile"),
        ("a.yaml", "profile: [{rate: 0, duration: 5s}]\n", "profile.0.rate: Input should be greater than 0"),
        ("a.yaml", "profile: [{rate: 1}]\n", "profile.0.duration: Field required"),
        ("a.yaml", "profile: [\n", "a.yaml: "),
        ("a.csv", "second,rate\n0,1\n", "needs a head and two rows"),
        ("a.csv", "when,rate\n0,1\n1,1\n", "names no column second or seconds or time between commas, but when, rate"),
        ("a.csv", "second,rate\n0,1\n1,\n", "line 3 has no time and rate from 0 to 1,000,000: '1,'"),
        ("a.csv", "second,rate\n0,1\n1\n", "line 3 has no time and rate"),
        ("a.csv", "second,rate\n0,1\n1,nan\n", "line 3 has no time and rate"),
        ("a.csv", "second,rate\n5,1\n4,1\n", "line 3 is not later"),
        ("a.csv", "second,rate\n\n0,-1\n1,1\n", "line 3 has no time and rate from 0"),
        ("a.csv", "second;rate\n0;1\n1;1\n", "between commas, but second;rate"),
        ("a.csv", "second,requests\n0,1\n60,1\n", "names no column rate or rps"),
        ("a.csv", "second,rate\n0,1\n1,2000000\n2,1\n", "line 3 has no time and rate from 0 to 1,000,000"),
        ("a.csv", "second,rate\n0,1\n999999999,1\n", "goes over"),
        ("a.log", "nothing\n", "does not say when its requests came"),
    ],
)
def test_what_is_no_load_is_refused_with_where(tmp_path: Path, name: str, text: str, said: str) -> None:
    path = _written(tmp_path, name, text)
    with pytest.raises(LoadError) as refused:
        load_of(path)
    assert str(refused.value).startswith(f"{path}")
    assert said in str(refused.value)


def test_what_is_far_too_long_or_deep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match=r"line \d cannot be read"):
        load_of(_written(tmp_path, "long.csv", f"second,rate\n0,1\n1,{'1' * 140_000}\n"))
    with pytest.raises(LoadError, match="nested too deeply"):
        load_of(_written(tmp_path, "deep.yaml", "[" * 3000))


def test_a_file_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LoadError, match="cannot be read"):
        load_of(tmp_path / "none.csv")
    broken = tmp_path / "latin.yaml"
    broken.write_bytes(b"profile: \xff\n")
    with pytest.raises(LoadError, match="no text in UTF-8"):
        load_of(broken)
