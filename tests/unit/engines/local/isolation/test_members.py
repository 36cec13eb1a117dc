"""What runs in a group is found and ended, however new it is, and whoever had its pid before."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scalebed.engines.local.isolation import members as module
from scalebed.engines.local.isolation.members import MARK, Membership, end_members, members


@pytest.fixture
def group() -> Membership:
    return Membership(f"test-members-{os.getpid()}-{time.monotonic_ns()}")


@pytest.fixture
def member(group: Membership) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"], env={MARK: group.name, "PATH": os.environ["PATH"]}) as process:
        yield process
        process.kill()


def test_a_member_is_known_by_its_environment(group: Membership, member: subprocess.Popen[bytes]) -> None:
    assert [each.pid for each in members([group])] == [member.pid]
    (said,) = end_members([group])
    assert said == f"sleep (process {member.pid})"
    assert member.wait() == -9


def test_whoever_had_its_pid_before_hides_nobody(group: Membership, member: subprocess.Popen[bytes]) -> None:
    """psutil remembers processes by pid; this one remembers another of that pid, as after all pids have been used."""
    before = psutil.Process(member.pid)
    vars(before)["_ident"] = (member.pid, 1.0)
    vars(psutil)["_pmap"][member.pid] = before
    end_members([group])
    assert member.wait(5) == -9


def test_one_that_becomes_another_program_is_waited_for(
    group: Membership, member: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an exec the kernel shows no environment for a moment; this one is in it for half a second."""
    until, real = time.monotonic() + 0.5, module._environment

    def environment(pid: int) -> set[bytes]:
        return {b""} if pid == member.pid and time.monotonic() < until else real(pid)

    monkeypatch.setattr(module, "_environment", environment)
    assert members([group]) == []
    end_members([group])
    assert member.wait(5) == -9


def test_what_shows_no_environment_all_its_life_is_waited_for_no_longer(group: Membership) -> None:
    with subprocess.Popen(["/bin/sleep", "60"], env={}) as other:
        while Path(f"/proc/{other.pid}/cmdline").read_bytes() != b"/bin/sleep\x0060\x00":
            time.sleep(0.01)
        begun = time.monotonic()
        assert end_members([group]) == []
        assert time.monotonic() - begun < 10
        assert other.poll() is None
        other.kill()


def test_what_a_control_group_lists_is_ended_though_its_environment_cannot_be_read(
    group: Membership, member: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(pid: int) -> set[bytes]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(module, "_environment", unreadable)
    (tmp_path / "cgroup.procs").write_text(f"{member.pid}\n")
    assert members([group]) == []
    monkeypatch.setattr(module, "_kill_whole", lambda folders: (tmp_path / "cgroup.procs").write_text(""))
    end_members([Membership(group.name, (tmp_path,))])
    assert member.wait(5) == -9
