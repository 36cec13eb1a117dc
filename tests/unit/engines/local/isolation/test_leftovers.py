import json
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest
from processes import living

from scalebed.engines.local.isolation.leftovers import Entry, Ledger, end_all, entry_of, remove_leftovers
from scalebed.engines.local.isolation.members import MARK, Membership


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as process:
        yield process
        process.kill()


def dead_owner() -> Entry:
    with subprocess.Popen(["true"]) as process:
        return entry_of(process.pid, "testbed")


def write_state(run: Path, owner: Entry, *children: Entry, groups: tuple[Path, ...] = ()) -> Path:
    folder = run / "engine"
    folder.mkdir(parents=True)
    state = {
        "owner": asdict(owner),
        "children": [asdict(child) for child in children],
        "groups": [str(group) for group in groups],
    }
    (folder / "state.json").write_text(json.dumps(state))
    return folder


def test_what_a_dead_owner_left_is_ended_and_removed(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    group = tmp_path / "group"
    group.mkdir()
    folder = write_state(tmp_path / "run", dead_owner(), entry_of(sleeper.pid, "sleeper"), groups=(group,))

    removal = remove_leftovers(tmp_path / "run")

    assert removal.ended == ("sleeper",)
    assert removal.alive == ()
    assert sleeper.wait(5) == -signal.SIGTERM
    assert not folder.exists()
    assert not group.exists()


def test_what_has_left_its_session_is_ended_by_its_mark_and_told(tmp_path: Path) -> None:
    """Its parent, its session and its group have ended, as where a service was killed that had let a daemon go."""
    with subprocess.Popen(["sleep", "60"], start_new_session=True, env={MARK: "scalebed-1-1-shop-0"}) as daemon:
        folder = write_state(tmp_path / "run", dead_owner())
        state = json.loads((folder / "state.json").read_text())
        (folder / "state.json").write_text(json.dumps({**state, "marks": ["scalebed-1-1-shop-0"]}))

        removal = remove_leftovers(tmp_path / "run")

        assert removal.ended == (f"sleep (process {daemon.pid})",)
        assert daemon.wait(5) == -signal.SIGKILL


def test_a_living_owner_is_left_alone(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    folder = write_state(tmp_path / "run", entry_of(os.getpid(), "testbed"), entry_of(sleeper.pid, "sleeper"))

    removal = remove_leftovers(tmp_path / "run")

    assert removal.alive == (os.getpid(),)
    assert removal.ended == ()
    assert sleeper.poll() is None
    assert folder.exists()


def test_a_pid_that_was_used_again_is_not_touched(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    earlier = Entry(sleeper.pid, entry_of(sleeper.pid, "sleeper").created - 100, "sleeper")
    write_state(tmp_path / "run", dead_owner(), earlier)

    assert remove_leftovers(tmp_path / "run").ended == ()
    assert sleeper.poll() is None


def test_the_owner_s_pid_used_again_does_not_keep_leftovers_alive(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    write_state(tmp_path / "run", Entry(os.getpid(), 1.0, "testbed"), entry_of(sleeper.pid, "sleeper"))

    assert remove_leftovers(tmp_path / "run").ended == ("sleeper",)


def test_workers_that_outlived_their_leader_are_ended() -> None:
    script = "sleep 60 & echo $!"
    with subprocess.Popen(["sh", "-c", script], start_new_session=True, stdout=subprocess.PIPE) as leader:
        entry = entry_of(leader.pid, "leader")
        assert leader.stdout is not None
        worker = psutil.Process(int(leader.stdout.readline()))

    end_all([entry], grace_s=0.1)

    assert not living([worker])


def test_a_process_that_ignores_the_signal_is_killed() -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 1; done"
    with subprocess.Popen(["sh", "-c", script], start_new_session=True, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()

        assert end_all([entry_of(process.pid, "stubborn")], grace_s=0.2) == ["stubborn"]

        # That it ended is known from psutil, which took its exit status.
        assert process.poll() is not None


def test_the_ledger_is_on_disk_before_a_call_returns(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    ledger = Ledger(tmp_path / "run" / "engine")
    ledger.add_child(entry_of(sleeper.pid, "sleeper", signal.SIGINT))
    ledger.add_group(Membership("group", (tmp_path / "group",)))

    state = json.loads((tmp_path / "run" / "engine" / "state.json").read_text())

    assert state["owner"]["pid"] == os.getpid()
    assert [(child["pid"], child["stop_signal"]) for child in state["children"]] == [(sleeper.pid, signal.SIGINT)]
    assert (state["groups"], state["marks"]) == ([str(tmp_path / "group")], ["group"])
    ledger.remove_child(sleeper.pid)
    ledger.remove_group(Membership("group", (tmp_path / "group",)))
    state = json.loads((tmp_path / "run" / "engine" / "state.json").read_text())
    assert (state["children"], state["groups"]) == ([], [])
    ledger.close()
    assert remove_leftovers(tmp_path / "run").alive == ()
