"""The files of the memory controller; `tests/local/test_memory_limit.py` has the kernel's."""

from pathlib import Path

import pytest

from scalebed.engines.local.isolation.cgroups import ControlGroup, Hierarchy, hierarchies
from scalebed.engines.local.isolation.memory import MemoryController
from scalebed.measurement.memory import ReplicaMemory

MIB = 2**20
V1_MOUNTS = """\
31 30 0:27 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
32 30 0:28 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
33 30 0:29 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
"""
NOBODY = 2**22 + 1
"""A pid beyond the kernel's highest."""


def write(folder: Path, **files: str | int) -> Path:
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(f"{content}\n")
    return folder


@pytest.fixture
def v1(tmp_path: Path) -> MemoryController:
    stat = f"inactive_file 1\nmapped_file 2\ntotal_inactive_file {30 * MIB}\ntotal_mapped_file {5 * MIB}\ntotal_shmem 0"
    write(
        tmp_path,
        memory__usage_in_bytes=50 * MIB,
        memory__max_usage_in_bytes=80 * MIB,
        memory__stat=stat,
        memory__oom_control="oom_kill_disable 0\nunder_oom 0\noom_kill 2",
        memory__limit_in_bytes=2**62,
        memory__memsw__limit_in_bytes=2**62,
        memory__memsw__max_usage_in_bytes=80 * MIB,
        memory__failcnt=3,
        memory__memsw__failcnt=4,
    )
    return MemoryController("v1", tmp_path)


def test_v1_readings(v1: MemoryController) -> None:
    assert v1.read([NOBODY]) == ReplicaMemory(20 * MIB, 0, 80 * MIB, 80 * MIB, kills=2, gone=False, met=7)
    assert v1.read([]).gone


def test_v1_swap_is_limited_too(v1: MemoryController, tmp_path: Path) -> None:
    v1.limit(64 * MIB)
    assert (tmp_path / "memory.limit_in_bytes").read_text() == str(64 * MIB)
    assert (tmp_path / "memory.memsw.limit_in_bytes").read_text() == str(64 * MIB)


def test_v1_without_accounting_of_swap(v1: MemoryController, tmp_path: Path) -> None:
    (tmp_path / "memory.memsw.limit_in_bytes").unlink()
    v1.limit(64 * MIB)
    assert not (tmp_path / "memory.memsw.limit_in_bytes").exists()


def test_v1_a_mark_that_began_anew_keeps_the_highest(v1: MemoryController, tmp_path: Path) -> None:
    v1.begin_anew()
    assert (tmp_path / "memory.max_usage_in_bytes").read_text() == "0"
    write(tmp_path, memory__max_usage_in_bytes=55 * MIB)
    found = v1.read([])
    assert (found.peak_bytes, found.highest_bytes) == (55 * MIB, 80 * MIB)


def test_v1_a_mark_at_the_limit_has_met_it(v1: MemoryController, tmp_path: Path) -> None:
    """Linux 6.18 leaves both counts of refusals at 0."""
    write(tmp_path, memory__failcnt=0, memory__memsw__failcnt=0)
    assert v1.read([]).met == 0
    v1.limit(80 * MIB)
    assert v1.read([]).met == 1
    v1.begin_anew()
    assert v1.read([]).met == 1, "and stays told"
    write(tmp_path, memory__memsw__max_usage_in_bytes=80 * MIB - 4096)
    assert v1.read([]).met == 2


@pytest.mark.parametrize(("mark", "highest"), [({"memory__peak": 80 * MIB}, 80 * MIB), ({}, None)])
def test_v2_readings(tmp_path: Path, mark: dict[str, int], highest: int | None) -> None:
    """Its mark is one since the group was made; kernels before 5.19 have none."""
    write(
        tmp_path,
        memory__current=50 * MIB,
        memory__stat=f"anon 9\nfile_mapped {5 * MIB}\nshmem 0\ninactive_file {30 * MIB}",
        memory__events="low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\noom_group_kill 0",
        **mark,
    )
    group = MemoryController("v2", tmp_path)
    group.begin_anew()
    assert group.read([]) == ReplicaMemory(20 * MIB, 0, None, highest, kills=1, gone=True, met=1)


def test_v2_limits(tmp_path: Path) -> None:
    write(tmp_path, memory__swap__max="max")
    MemoryController("v2", tmp_path).limit(64 * MIB)
    assert (tmp_path / "memory.max").read_text() == str(64 * MIB)
    assert (tmp_path / "memory.swap.max").read_text() == "0"


def test_v1_has_the_controller_on_a_mount_of_its_own() -> None:
    own, top = hierarchies(V1_MOUNTS, "4:memory:/jobs/7\n2:cpuacct:/jobs\n1:cpu:/\n")
    assert (own.memory, top.memory) == (Path("/sys/fs/cgroup/memory/jobs/7"), Path("/sys/fs/cgroup/memory"))
    without = hierarchies(V1_MOUNTS.rsplit("33", 1)[0], "2:cpuacct:/\n1:cpu:/\n")
    assert [found.memory for found in without] == [None]


def test_only_what_is_limited_gets_the_controller(tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("cpu", "cpuacct", "memory")]
    for place in places:
        place.mkdir()
    hierarchy = Hierarchy("v1", *places)
    assert len(ControlGroup(hierarchy, "database").folders) == 2
    group = ControlGroup(hierarchy, "replica", memory=True)
    assert group.folders[-1] == tmp_path / "memory/replica"
    group.adopt(4711)
    assert (tmp_path / "memory/replica/cgroup.procs").read_text() == "4711"


def test_v2_turns_the_controller_on(tmp_path: Path) -> None:
    write(tmp_path, cgroup__subtree_control="cpu pids")
    ControlGroup(Hierarchy("v2", tmp_path, tmp_path, tmp_path), "replica", memory=True)
    assert (tmp_path / "cgroup.subtree_control").read_text() == "+memory"
