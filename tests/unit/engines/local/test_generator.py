"""How k6 is called, and what is said when it ends badly."""

import os
import resource
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scalebed.engines.local.generator import K6Generator, LogPipe, command, describe_exit, environment
from scalebed.measurement.load import Load, Target
from scalebed.messages import EngineError

TARGET = Target("http://127.0.0.1:8000", (), ("service",), None)
LOAD = Load("browse", 12.5, 30.0, 40, 7, 1000)


def test_an_open_load_names_its_rate_and_a_closed_one_its_users() -> None:
    opened = environment(TARGET, LOAD)
    assert opened["RATE"] == "12.5"
    assert "USERS" not in opened
    closed = environment(TARGET, Load("browse", 0.0, 30.0, 40, 7, 1000, concurrency=5))
    assert closed["USERS"] == "5"
    assert "RATE" not in closed
    staged = environment(TARGET, Load("browse", 0.0, 30.0, 40, 7, 1000, concurrency=50, stages=((5, 10.0), (50, 2.5))))
    assert staged["STAGES"] == "5:10,50:2.5"
    assert "USERS" not in staged


def test_small_rates_and_durations_are_not_rounded() -> None:
    values = environment(TARGET, Load("browse", 1 / 3, 0.5, 1, 7, 1000))
    assert float(values["RATE"]) == 1 / 3
    assert values["DURATION"] == "0.5s"


def test_the_callers_environment_does_not_change_the_load(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "K6_VUS", "K6_OUT", "STEPS", "USERS", "HOME"):
        monkeypatch.setenv(name, "x")
    assert environment(TARGET, LOAD)["HOME"] != "x"
    assert environment(TARGET, LOAD).keys() == {
        *("PATH", "HOME", "K6_NO_USAGE_REPORT", "BASE_URL", "RATE", "DURATION", "MAX_VUS", "SEED", "CONTACTS")
    }


def test_k6_neither_listens_nor_phones_home() -> None:
    argv = command(Path("k6"), Path("browse.js"), Path("k6.log"))
    assert {"--address=", "--no-usage-report"} <= set(argv)


def test_ends_that_are_no_failure(tmp_path: Path) -> None:
    assert describe_exit(0, False, tmp_path / "log") is None
    assert describe_exit(0, True, tmp_path / "log") is None
    assert describe_exit(105, True, tmp_path / "log") is None
    assert describe_exit(-2, True, tmp_path / "log") is None


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (105, "somebody else stopped it"),
        (107, "threw an exception"),
        (-2, "signal 2"),
        (-9, "signal 9"),
        (42, "status 42"),
    ],
)
def test_a_bad_end_is_one_sentence_with_the_last_word(tmp_path: Path, code: int, meaning: str) -> None:
    log = tmp_path / "log"
    assert meaning in str(describe_exit(code, False, log))
    log.write_text("first\nRATE is not set\n\tat file:///settings.js:12:31(33)\n\n")
    assert f"RATE is not set ({log})" in str(describe_exit(code, False, log))


def test_an_unknown_workload_lists_the_known(tmp_path: Path) -> None:
    (tmp_path / "browse.js").write_text("// People who browse.\nexport default browse;\n")
    (tmp_path / "load.js").write_text("export const options = {};\n")
    with pytest.raises(EngineError, match=r"no such workload; the workloads there are browse$"):
        K6Generator(Path("k6"), tmp_path, tmp_path).start(TARGET, Load("brows", 1.0, 1.0, 1, 1, 1))


def test_k6_trusts_what_the_caller_trusts_or_what_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/company.pem")
    monkeypatch.delenv("SSL_CERT_DIR", raising=False)
    (tmp_path / "browse.js").touch()
    given: list[Mapping[str, str]] = []

    def spawn(argv: Sequence[str], env: Mapping[str, str], *, stdout: int, log: Path) -> subprocess.Popen[bytes]:
        given.append(env)
        return subprocess.Popen(["true"], stdout=stdout)

    for ca in (None, "/mine.pem"):
        K6Generator(Path("k6"), tmp_path, tmp_path, spawn).start(replace(TARGET, ca=ca), LOAD).stop()
    assert [env["SSL_CERT_FILE"] for env in given] == ["/etc/company.pem", "/mine.pem"]
    assert "SSL_CERT_DIR" not in given[0]


def pour(pipe: LogPipe, text: bytes) -> None:
    """Write as k6 does, and not for ever where nobody reads."""
    writing = threading.Thread(target=pipe.path.write_bytes, args=(text,), daemon=True)
    writing.start()
    writing.join(20)
    assert not writing.is_alive(), "nobody reads"
    pipe.close()


def test_a_log_that_cannot_be_written_is_read_on_and_told(tmp_path: Path) -> None:
    log = tmp_path / "k6.log"
    log.symlink_to("/dev/full")
    pipe = LogPipe(log)
    pour(pipe, b"it went wrong\n" * 50_000)
    assert pipe.trouble == f"k6's log {log} could not be written (No space left on device)"


def test_a_log_is_read_however_many_files_are_open(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096) if hard > 0 else 4096, hard))
    many = [os.open(os.devnull, os.O_RDONLY)]
    try:
        while many[-1] < 1024:
            many.append(os.open(os.devnull, os.O_RDONLY))
        pipe = LogPipe(tmp_path / "k6.log")
        pour(pipe, b"it went wrong\nand ended")
    finally:
        for each in many:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert (tmp_path / "k6.log").read_text() == "it went wrong\nand ended\n"
    assert pipe.trouble is None


def test_where_no_pipe_can_be_made_is_one_sentence() -> None:
    with pytest.raises(
        EngineError, match=r"/proc/k6\.log\.pipe: k6's log goes through a named pipe, and none can be made"
    ):
        LogPipe(Path("/proc/k6.log"))
