import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scalebed.engines.local.isolation.leftovers import Ledger
from scalebed.engines.local.isolation.processes import Processes, environment, last_line, wait_until
from scalebed.engines.local.isolation.quota import Quota, find_quota
from scalebed.messages import EngineError


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    started = Processes(Ledger(tmp_path / "run"), Quota("none"))
    yield started
    started.close()


def test_a_child_runs_in_its_own_session_with_a_small_environment(
    processes: Processes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "somebody.elses")
    log = tmp_path / "log"
    argv = ["sh", "-c", "echo $$; cut -d' ' -f6 /proc/$$/stat; env; cat"]

    child = processes.start("shell", argv, group=processes.group("x"), folder=tmp_path, env={"A": "b c"}, log=log)

    assert child.process.wait(10) == 0
    pid, session, *rest = log.read_text().splitlines()
    assert pid == session == str(child.process.pid)
    assert "A=b c" in rest
    assert not any(line.startswith("DJANGO") for line in rest)


def test_a_child_that_ends_early_is_quoted(processes: Processes, tmp_path: Path) -> None:
    log = tmp_path / "log"
    argv = ["sh", "-c", "echo first; echo 'port is taken' >&2; exit 3"]
    child = processes.start("server", argv, group=processes.group("x"), folder=tmp_path, env={}, log=log)

    with pytest.raises(EngineError, match=r"server ended with status 3 while starting; .*log ends with: port is taken"):
        wait_until(child, lambda: False, timeout_s=10)


def test_a_child_that_is_never_ready_is_given_up(processes: Processes, tmp_path: Path) -> None:
    child = processes.start("server", ["sleep", "60"], group=processes.group("x"), folder=tmp_path, env={})

    with pytest.raises(EngineError, match=r"server was not ready within 0\.1 s"):
        wait_until(child, lambda: False, timeout_s=0.1)


def test_stopping_ends_workers_too_and_is_safe_twice(processes: Processes, tmp_path: Path) -> None:
    log = tmp_path / "log"
    argv = ["sh", "-c", "trap '' TERM; sleep 60 & echo $!; wait"]
    child = processes.start("stubborn", argv, group=processes.group("x"), folder=tmp_path, env={}, log=log)
    wait_until(child, lambda: log.exists() and bool(log.read_text()), timeout_s=10)
    worker = int(log.read_text())

    processes.stop([child], grace_s=0.1)
    processes.stop([child])

    assert child.process.returncode is not None
    # A process that is killed still has to come to a processor to end.
    deadline = time.monotonic() + 10
    while not _ended(worker):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _ended(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().split()[2] == "Z"
    except OSError:
        return True


@pytest.fixture(params=["as here", "none"])
def quota(request: pytest.FixtureRequest) -> Quota:
    """With control groups, where this user may make them, and without."""
    return find_quota() if request.param == "as here" else Quota("none")


DAEMON = ["sh", "-c", "setsid sh -c 'setsid sleep 60 & echo $!; sleep 60' & wait"]


def test_what_has_left_its_session_and_its_parent_is_ended_with_its_group(tmp_path: Path, quota: Quota) -> None:
    started = Processes(Ledger(tmp_path / "run"), quota)
    group, log = started.group("x", limited=True), tmp_path / "log"
    other = started.start("other", ["sleep", "60"], group=started.group("y", limited=True), folder=tmp_path, env={})
    child = started.start("service", DAEMON, group=group, folder=tmp_path, env={}, log=log)
    wait_until(child, lambda: log.read_text().endswith("\n"), timeout_s=10)
    child.process.kill()
    daemon = int(log.read_text())
    assert not _ended(daemon)

    started.stop([child])

    assert _ended(daemon)
    assert other.process.poll() is None
    assert not [folder for folder in group.folders if (folder / "cgroup.procs").read_text()]
    started.close()
    assert other.process.poll() is not None


def test_a_group_that_serves_another_yet_is_not_emptied(processes: Processes, tmp_path: Path) -> None:
    group = processes.group("x")
    one, two = (processes.start(name, ["sleep", "60"], group=group, folder=tmp_path, env={}) for name in ("1", "2"))

    processes.stop([one])

    assert two.process.poll() is None


def test_what_a_command_lets_go_ends_with_it(processes: Processes, tmp_path: Path) -> None:
    argv = ["sh", "-c", "setsid sleep 60 & echo $!"]

    status = processes.run("set-up", argv, group=processes.group("x"), folder=tmp_path, env={}, log=tmp_path / "log")

    assert status == 0
    assert _ended(int((tmp_path / "log").read_text()))


def test_who_waits_is_told_for_what(tmp_path: Path) -> None:
    said: list[str] = []
    started = Processes(Ledger(tmp_path / "run"), Quota("none"), said.append)
    log = tmp_path / "log"
    argv = ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"]
    child = started.start("database.setup 1", argv, group=started.group("x"), folder=tmp_path, env={}, log=log)
    wait_until(child, lambda: bool(log.read_text()), timeout_s=10)

    started.stop([child], grace_s=0.2, patient_s=0.05)

    assert said == ["Waiting up to 1 s for database.setup 1 to end …"]
    started.close()


def test_only_what_was_started_since_is_stopped(processes: Processes, tmp_path: Path) -> None:
    group = processes.group("x")
    early = processes.start("early", ["sleep", "60"], group=group, folder=tmp_path, env={})
    mark = processes.mark()
    late = processes.start("late", ["sleep", "60"], group=group, folder=tmp_path, env={})

    processes.stop_since(mark)

    assert early.process.poll() is None
    assert late.process.returncode is not None


def test_cores_are_given_before_the_program_runs(processes: Processes, tmp_path: Path) -> None:
    core = min(os.sched_getaffinity(0))
    argv = ["sh", "-c", "grep Cpus_allowed_list /proc/$$/status"]

    child = processes.start(
        "pinned", argv, group=processes.group("x"), folder=tmp_path, env={}, cores=[core], stdout=subprocess.PIPE
    )

    assert child.process.communicate()[0].split() == [b"Cpus_allowed_list:", str(core).encode()]


def test_a_tree_without_groups_is_still_accounted(processes: Processes, tmp_path: Path) -> None:
    group = processes.group("x")
    argv = ["sh", "-c", "sh -c 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done'; read -r _ </dev/zero; sleep 60"]
    child = processes.start("spinner", argv, group=group, folder=tmp_path, env={})

    wait_until(child, lambda: group.usage().cpu_s > 0.05, timeout_s=20)
    before = group.usage().cpu_s
    processes.stop([child], grace_s=1)

    assert group.usage().cpu_s >= before
    assert group.usage().throttled_s is None


def test_logs_are_quoted(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_line(log) == "it left no log"
    log.write_text("\n \n")
    assert last_line(log) == "its log is empty"
    log.write_text("one\ntwo\n\n")
    assert last_line(log) == "two"


def test_the_environment_is_small() -> None:
    assert environment({"X": "1"}).keys() - {"X"} <= {
        *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "USER", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"),
    }
