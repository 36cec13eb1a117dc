"""Runners' logs as people have them: cut off, gzipped, from kubectl, named twice."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
from k6_lines import endpoint, generator
from typer.testing import CliRunner

from scalebed.cli.app import app
from scalebed.engines.k6.logs import LogError, summed
from scalebed.engines.k6.summary import ALL, LinesError, Summary

ROWS = [endpoint("detail", 200, [10.0] * 9), endpoint("detail", 404, [5.0], second=2), generator(10, 0)]
TEXT = "".join(f"{row}\n" for row in ROWS)


def told(summary: Summary) -> tuple[int, int, int]:
    together = summary.endpoints[-1]
    assert together.endpoint == ALL
    return together.requests, together.errors, summary.due


def of(*paths: Path) -> Summary:
    return summed([str(path) for path in paths], io.BytesIO())


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.mark.parametrize("left", range(1, len(ROWS[-1]) + 1))
def test_of_a_file_cut_in_its_last_line_the_rest_counts_and_the_cut_is_told(tmp_path: Path, left: int) -> None:
    cut = TEXT[: len(TEXT) - 1 - len(ROWS[-1]) + left]
    summary = of(written(tmp_path / "a.log", cut))
    whole = left == len(ROWS[-1])
    assert told(summary) == (10, 1, 10 if whole else 0)
    cut_told = (f"{tmp_path / 'a.log'}: the last line is cut short and does not count; all before it does.",)
    assert summary.remarks == (() if whole else cut_told)


def test_a_whole_file_of_which_another_is_cut_is_told_by_name(tmp_path: Path) -> None:
    one = written(tmp_path / "one.log", TEXT + '{"scalebed":1,"type":"endp')
    other = written(tmp_path / "other.log", TEXT.replace('"detail"', '"list"'))
    summary = of(one, other)
    assert told(summary) == (20, 2, 20)
    assert [remark.partition(":")[0] for remark in summary.remarks] == [str(one)]


def test_a_file_that_has_lost_its_beginning_is_told(tmp_path: Path) -> None:
    summary = of(written(tmp_path / "a.log", TEXT[40:]))
    assert told(summary) == (1, 1, 10)
    assert "the first line has lost its beginning" in summary.remarks[0]


def test_a_line_cut_in_the_middle_of_a_file_is_refused_with_its_place(tmp_path: Path) -> None:
    broken = written(tmp_path / "a.log", "\n".join([ROWS[0][:50], *ROWS[1:]]))
    with pytest.raises(LinesError, match=r"a\.log: line 1 begins like a line of k6's output but cannot be read"):
        of(broken)


@pytest.mark.parametrize("name", ["a.log.gz", "a.log"])
def test_gzip_is_read_whatever_it_is_called_and_also_in_parts(tmp_path: Path, name: str) -> None:
    parts = gzip.compress(f"{ROWS[0]}\n".encode()) + gzip.compress("\n".join(ROWS[1:]).encode())
    assert told(of(written(tmp_path / name, parts))) == (10, 1, 10)
    assert told(summed(["-"], io.BytesIO(parts))) == (10, 1, 10)


def test_plain_text_may_be_called_gz(tmp_path: Path) -> None:
    assert told(of(written(tmp_path / "a.gz", TEXT))) == (10, 1, 10)


def test_gzip_that_ends_too_early_counts_as_far_as_it_goes(tmp_path: Path) -> None:
    rows = [endpoint("detail", 200, [float(n)], second=n) for n in range(1, 200)]
    squeezed = gzip.compress("".join(f"{row}\n" for row in rows).encode())
    summary = of(written(tmp_path / "a.gz", squeezed[: len(squeezed) // 2]))
    assert 20 < told(summary)[0] < 199
    assert any("its compression ends too early" in remark for remark in summary.remarks)


def test_damaged_gzip_is_one_sentence(tmp_path: Path) -> None:
    squeezed = bytearray(gzip.compress(TEXT.encode() * 50))
    squeezed[20] ^= 0xFF
    with pytest.raises(LogError) as caught:
        of(written(tmp_path / "a.gz", bytes(squeezed)))
    assert str(caught.value).startswith(f"{tmp_path / 'a.gz'}: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("again", ["itself", "copy", "link", "gzipped", "prefixed", "shorter", "longer"])
def test_what_is_named_twice_is_refused(tmp_path: Path, again: str) -> None:
    path = written(tmp_path / "a.log", TEXT)
    other = tmp_path / "b.log"
    if again == "itself":
        other = path
    elif again == "link":
        other.symlink_to(path)
    else:
        written(
            other,
            {
                "copy": TEXT.encode(),
                "gzipped": gzip.compress(TEXT.encode()),
                "prefixed": "".join(f"[pod/browse-1-x7/k6] {row}\n" for row in ROWS).encode(),
                "shorter": "\n".join(ROWS[:2]).encode() + b"\n" + ROWS[2][:9].encode(),
                "longer": TEXT.encode() + generator(3, 0).encode(),
            }[again],
        )
    with pytest.raises((LogError, LinesError), match="would count twice; name"):
        of(path, other)


def test_stdin_can_be_given_once_only() -> None:
    with pytest.raises(LogError, match="- is named twice"):
        summed(["-", "-"], io.BytesIO(TEXT.encode()))


STAMP = "2026-11-28T05:36:50.123456789Z "


@pytest.mark.parametrize(
    "before", ["[pod/browse-1-x7kqp/k6] ", STAMP, f"[pod/browse-1-x7kqp/k6] {STAMP}", "2026-11-28T05:36:50+01:00 "]
)
def test_what_kubectl_puts_before_a_line_is_understood(tmp_path: Path, before: str) -> None:
    path = written(tmp_path / "a.log", "".join(f"{before}{row}\r\n" for row in ["level=info msg=begun", *ROWS]))
    summary = of(path)
    assert told(summary) == (10, 1, 10)
    assert summary.remarks == ()
    cut = written(tmp_path / "cut.log", f"{before}{ROWS[0]}\n{before}{ROWS[2][:30]}")
    assert told(of(cut)) == (9, 0, 0)
    assert "the last line is cut short" in of(cut).remarks[0]


def test_what_somebody_else_puts_before_a_line_is_not_passed_over(tmp_path: Path) -> None:
    path = written(tmp_path / "a.log", "".join(f"k6-1  | {row}\n" for row in ROWS))
    with pytest.raises(LinesError, match=r"line 1 has something before what k6 wrote"):
        of(path)


def test_a_file_without_a_line_is_told(tmp_path: Path) -> None:
    summary = of(written(tmp_path / "a.log", TEXT), written(tmp_path / "b.log", "level=info\n"))
    assert summary.remarks == (f"{tmp_path / 'b.log'}: holds no line of k6's output scalebed.",)
    with pytest.raises(LinesError, match="there is no line"):
        of(tmp_path / "b.log")


@pytest.mark.parametrize("what", ["missing", "folder", "bytes"])
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.log"
    if what == "folder":
        path.mkdir()
    elif what == "bytes":
        path.write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises((LogError, LinesError)) as caught:
        of(path)
    assert "\n" not in str(caught.value)


def test_the_command_shows_errors_by_status_and_endpoint(tmp_path: Path) -> None:
    check = '{"scalebed":1,"type":"check","second":1,"check":"sorted","passed":1,"failed":2}'
    rows = [
        *ROWS,
        endpoint("detail", 0, [3.0] * 4),
        endpoint("list", 503, [2.0] * 2),
        endpoint("list", 301, [1.0]),
        check,
    ]
    result = CliRunner().invoke(app, ["lines", "-"], input="\n".join(rows))
    assert result.exit_code == 0, result.output
    words = [line.split() for line in result.output.splitlines()]
    start = words.index(["endpoint", "failed", "with", "requests"])
    assert words[start + 1 : start + 5] == [
        ["detail", "no", "answer", "4"], ["detail", "404", "1"], ["list", "503", "2"], ["list", "301", "1"],
    ]  # fmt: skip
    assert "A check failed 2 times: sorted" in result.output


def test_the_command_shows_no_errors_where_there_are_none(tmp_path: Path) -> None:
    path = written(tmp_path / "a.log", f"{ROWS[0]}\n{ROWS[2]}\n")
    result = CliRunner().invoke(app, ["lines", str(path)])
    assert result.exit_code == 0
    assert "failed with" not in result.output
    again = CliRunner().invoke(app, ["lines", str(path), str(path)])
    assert again.exit_code == 2


def test_the_command_has_no_valid_answer_where_lines_are_missing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.log", TEXT + ROWS[0][:40])
    result = CliRunner().invoke(app, ["lines", str(path)])
    assert result.exit_code == 3
    assert "Missing: " in result.output
    assert "the last line is cut short" in " ".join(result.output.split())
