import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalebed.engines.local.isolation.logs import Logs, shorten


@pytest.fixture
def logs() -> Iterator[Logs]:
    made = Logs(longest=100_000, kept=10_000, pause_s=0.01)
    yield made
    made.close()


def test_of_a_log_that_never_ends_the_beginning_and_the_end_are_kept(logs: Logs, tmp_path: Path) -> None:
    log = tmp_path / "log"
    script = "trap 'echo last; exit' TERM; echo first; while :; do echo line; done"
    with log.open("ab") as sink, subprocess.Popen(["sh", "-c", script], stdout=sink) as process:
        logs.add(log)
        until = time.monotonic() + 20
        while b"left out" not in log.read_bytes() and time.monotonic() < until:
            time.sleep(0.01)
        written = Path(f"/proc/{process.pid}/io")
        before = int(written.read_text().split()[3])
        while int(written.read_text().split()[3]) < before + 500_000 and time.monotonic() < until:
            time.sleep(0.01)
        assert process.poll() is None
        process.terminate()
        process.wait()
    logs.remove(log)
    text = log.read_text()
    assert text.startswith("first\n")
    assert text.endswith("line\nlast\n")
    assert len(text) < 250_000
    assert "bytes are left out here" in text


def test_what_is_left_out_is_counted_over_all_times(tmp_path: Path) -> None:
    log, lines, left_out = tmp_path / "log", [f"{number:06}\n" for number in range(5000)], 0
    for some in range(0, 5000, 1000):
        with log.open("a") as file:
            file.writelines(lines[some : some + 1000])
        left_out = shorten(log, 700, left_out)
    beginning, told, end = re.split(r"(… .* …\n)", log.read_text())
    assert f" {left_out:,} bytes" in told
    assert len(beginning) + left_out + len(end) == 5000 * 7
    assert (beginning[:7], end[-7:]) == (lines[0], lines[-1])


def test_a_log_without_lines_keeps_both_ends(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"a" * 500 + b"b" * 1000 + b"c" * 500)
    assert shorten(log, 500) == 1000
    text = log.read_bytes()
    assert (text[:500], text[-500:]) == (b"a" * 500, b"c" * 500)
    assert b"bb" not in text


def test_a_log_that_is_gone_is_passed_over(logs: Logs, tmp_path: Path) -> None:
    log = tmp_path / "log"
    logs.add(log)
    log.write_bytes(b"x\n" * 200_000)
    log.unlink()
    logs.remove(log)
    logs.remove(log)


def test_a_program_that_writes_where_it_was_leaves_a_hole(logs: Logs, tmp_path: Path) -> None:
    """As one that opens /dev/stdout anew, and does not append."""
    log = tmp_path / "log"
    with log.open("wb") as sink:
        sink.write(b"x\n" * 200_000)
        sink.flush()
        logs.add(log)
        logs.remove(log)
        sink.write(b"y\n")
    assert log.stat().st_blocks * 512 < 100_000
