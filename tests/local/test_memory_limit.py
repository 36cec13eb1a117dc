"""A limit of memory on this very host, and what its control group tells."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from scalebed import paths
from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.leftovers import Ledger
from scalebed.engines.local.isolation.processes import Processes, wait_until
from scalebed.engines.local.isolation.quota import Quota, find_quota
from scalebed.messages import EngineError

MIB = 2**20
TAKES = """
import sys
sys.stdin.readline()
taken = bytearray(b"x") * {size}
print("taken", flush=True)
sys.stdin.readline()
"""


def take(group: Group, size: int) -> tuple[str, int]:
    """What a process in the group says once it has taken so much, and its exit status."""
    argv = group.command([sys.executable, "-S", "-c", TAKES.format(size=size)])
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        group.adopt(process.pid)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        said = process.stdout.readline().strip()
        if said:
            assert group.memory() is None or group.memory().working_set_bytes >= size  # type: ignore[union-attr]
        process.stdin.close()
    return said, process.returncode


def test_what_takes_more_than_the_limit_is_killed_and_told(group: Group) -> None:
    """Where this user may set none, it gets what it asks for, and nothing is told of it."""
    group.limit_memory(48 * MIB)

    said, status = take(group, 96 * MIB)

    memory = group.memory()
    if not find_quota().limits_memory:
        assert (said, status, memory) == ("taken", 0, None)
        return
    assert memory is not None
    assert (said, status) == ("", -9)
    assert (memory.kills, memory.gone) == (1, True)
    assert memory.met > 0, "for its own limit, and not for what the machine lacked"
    assert memory.highest_bytes is None or 40 * MIB < memory.highest_bytes <= 48 * MIB


def test_what_stays_within_the_limit_lives(group: Group) -> None:
    group.limit_memory(96 * MIB)

    assert take(group, 32 * MIB) == ("taken", 0)

    memory = group.memory()
    assert memory is None or (memory.kills == 0 and memory.met == 0 and memory.working_set_bytes < 32 * MIB)


def test_the_high_mark_keeps_what_came_before_it_began_anew(group: Group) -> None:
    take(group, 64 * MIB)
    group.begin_peak()
    take(group, 8 * MIB)

    memory = group.memory()
    if memory is None:
        assert not find_quota().limits_memory
        return
    assert memory.highest_bytes is None or memory.highest_bytes > 64 * MIB
    assert memory.peak_bytes is None or 8 * MIB < memory.peak_bytes < 64 * MIB


def test_pages_of_a_file_do_not_count(group: Group) -> None:
    """The high mark has them, and the working set has not. The file is in the cache, as /tmp may be memory itself."""
    with tempfile.TemporaryDirectory(dir=paths.cache()) as folder:
        script = f"read -r _; head -c {64 * MIB} /dev/zero >{folder}/file; echo written; read -r _"
        with subprocess.Popen(
            ["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            group.adopt(process.pid)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "written\n"
            memory = group.memory()
            process.stdin.close()
    if memory is None:
        assert not find_quota().limits_memory
        return
    assert memory.highest_bytes is None or memory.highest_bytes > 60 * MIB
    assert memory.working_set_bytes < 8 * MIB


def test_what_is_killed_while_it_starts_is_told_so(tmp_path: Path) -> None:
    quota = find_quota()
    if not quota.limits_memory:
        assert Quota(quota.kind).group("memory", limited=True).memory() is None
        return
    processes = Processes(Ledger(tmp_path / "run"), quota)
    try:
        group = processes.group("memory", limited=True)
        group.limit_memory(32 * MIB)
        argv = [sys.executable, "-S", "-c", f"taken = bytearray(b'x') * {64 * MIB}"]
        child = processes.start("shop-0", argv, group=group, folder=tmp_path, env={})
        with pytest.raises(
            EngineError, match=r"shop-0 ended with status -9 .* the kernel killed it .* memory_per_replica"
        ):
            wait_until(child, lambda: False, timeout_s=20)
    finally:
        processes.close()


def test_without_groups_nothing_is_told_and_nothing_limited() -> None:
    group = Quota("none").group("memory", limited=True)
    group.limit_memory(16 * MIB)

    assert take(group, 32 * MIB) == ("taken", 0)
    assert group.memory() is None
