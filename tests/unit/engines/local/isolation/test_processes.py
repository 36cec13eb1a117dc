import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scalebed.engines.local.isolation.leftovers import Ledger
from scalebed.engines.local.isolation.processes import Child, Processes, environment, last_line, wait_until
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


COUNTING = ["sh", "-c", "echo started; trap 'echo asked; exit 0' TERM INT; while :; do sleep 0.02; done"]


def started(processes: Processes, tmp_path: Path, what: str = "part", argv: Sequence[str] = COUNTING) -> Child:
    log = tmp_path / f"{what}.log"
    child = processes.start(what, argv, group=processes.group(what), folder=tmp_path, env={"A": "1"}, log=log)
    wait_until(child, lambda: "started" in log.read_text(), timeout_s=10)
    return child


def test_what_was_ended_on_purpose_can_be_started_again_in_its_place(processes: Processes, tmp_path: Path) -> None:
    child = started(processes, tmp_path)
    other = started(processes, tmp_path, "other")
    number, group, log, first, before = child.number, child.group, child.log, child.process.pid, child.started

    processes.end(child, signal.SIGKILL)
    assert child.process.poll() == -signal.SIGKILL
    assert child.excused
    assert list(processes.ended()) == []

    processes.again(child)
    assert log is not None
    wait_until(child, lambda: log.read_text() == "started\nstarted\n", timeout_s=10)
    assert child.process.pid != first
    assert (child.number, child.group, child.log) == (number, group, log)
    assert child.started > before
    assert recorded(tmp_path) == {child.process.pid, other.process.pid}
    assert {child.process.pid} <= set(child.group.pids())

    processes.stop_since(number - 1)
    assert child.process.poll() is not None
    assert other.process.poll() is not None
    assert recorded(tmp_path) == set()


def recorded(tmp_path: Path) -> set[int]:
    """Which processes are written down as running."""
    state = json.loads((tmp_path / "run" / "state.json").read_text(encoding="utf-8"))
    return {each["pid"] for each in state["children"]}


def test_what_was_started_again_is_stopped_as_the_first_was(processes: Processes, tmp_path: Path) -> None:
    child = started(processes, tmp_path)
    mark = processes.mark()
    processes.end(child, signal.SIGKILL)
    processes.again(child)

    processes.stop_since(mark)
    assert child.process.poll() is None, "its place in the order is that of its first start"
    processes.stop_since(0)
    assert child.process.poll() is not None


def test_the_end_goes_by_the_signal_that_is_named(processes: Processes, tmp_path: Path) -> None:
    child = started(processes, tmp_path)
    processes.end(child, signal.SIGINT)
    assert child.process.returncode == 0
    assert (tmp_path / "part.log").read_text() == "started\nasked\n"


def test_what_does_not_end_in_time_is_killed(processes: Processes, tmp_path: Path) -> None:
    stubborn = ["sh", "-c", "trap '' TERM; echo started; while :; do sleep 0.02; done"]
    child = started(processes, tmp_path, argv=stubborn)
    processes.end(child, signal.SIGTERM, within_s=0.1)
    assert child.process.returncode == -signal.SIGKILL


def test_workers_of_what_is_ended_end_with_it_also_in_a_session_of_their_own(
    processes: Processes, tmp_path: Path
) -> None:
    """They would hold its port when it is started again."""
    argv = ["sh", "-c", "setsid sleep 60 & echo $!; echo started; wait"]
    child = started(processes, tmp_path, argv=argv)
    worker = int((tmp_path / "part.log").read_text().splitlines()[0])
    assert not _ended(worker)
    processes.end(child, signal.SIGKILL)
    assert _ended(worker)


def test_ending_what_has_ended_by_itself_is_no_error(processes: Processes, tmp_path: Path) -> None:
    child = started(processes, tmp_path, argv=["sh", "-c", "echo started; exit 3"])
    assert child.process.wait(10) == 3
    assert list(processes.ended()) == [child]
    for number in (signal.SIGTERM, signal.SIGKILL):
        processes.end(child, number)
    assert list(processes.ended()) == []


def test_what_ends_by_itself_is_reported_unless_somebody_minds_it(processes: Processes, tmp_path: Path) -> None:
    minded, unminded = (started(processes, tmp_path, what) for what in ("minded", "unminded"))
    minded.excused = True
    for child in (minded, unminded):
        child.process.kill()
        child.process.wait(10)
    assert list(processes.ended()) == [unminded]
    minded.excused = False
    assert list(processes.ended()) == [minded, unminded]


def test_who_is_minded_is_not_forgotten_when_others_start(processes: Processes, tmp_path: Path) -> None:
    minded = started(processes, tmp_path, "minded")
    processes.end(minded, signal.SIGKILL)
    started(processes, tmp_path, "other")
    processes.again(minded)
    assert minded.process.poll() is None
    processes.stop_since(0)
    assert minded.process.poll() is not None


def test_threads_that_start_and_end_lose_no_process_from_the_record(processes: Processes, tmp_path: Path) -> None:
    """A supervisor starts a replica again while a fault starts the database again."""
    children = [started(processes, tmp_path, f"part{i}", ["sh", "-c", "echo started; sleep 60"]) for i in range(2)]
    failed: list[BaseException] = []

    def restart(child: Child) -> None:
        try:
            for _ in range(25):
                processes.end(child, signal.SIGKILL)
                processes.again(child)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=restart, args=(child,)) for child in children]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert recorded(tmp_path) == {child.process.pid for child in children}
