from pathlib import Path

import pytest

from scalebed.engines.local.isolation.cgroups import ControlGroup, Hierarchy, Usage, hierarchies, remove_folders

V1_MOUNTS = """\
30 25 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755
31 30 0:27 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
32 30 0:28 / /sys/fs/cgroup/cpuacct rw,relatime - cgroup cgroup rw,cpuacct
33 30 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""
V1_OWN = "4:memory:/jobs/7\n3:cpuset:/\n2:cpuacct:/jobs\n1:cpu:/jobs/7\n0::/\n"
SHARED_MOUNTS = "31 30 0:27 /docker/abc /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
V2_MOUNTS = "33 30 0:29 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"


def test_v1_with_separate_mounts_comes_before_v2_beside_it() -> None:
    found = hierarchies(V1_MOUNTS, V1_OWN)

    cpu, accounting = Path("/sys/fs/cgroup/cpu"), Path("/sys/fs/cgroup/cpuacct")
    assert found == (Hierarchy("v1", cpu / "jobs/7", accounting / "jobs"), Hierarchy("v1", cpu, accounting))


def test_v1_in_a_container_sees_its_own_group_as_the_mount() -> None:
    place = Path("/sys/fs/cgroup/cpu,cpuacct")

    assert hierarchies(SHARED_MOUNTS, "3:cpu,cpuacct:/docker/abc\n") == (Hierarchy("v1", place, place),)
    assert hierarchies(SHARED_MOUNTS, "3:cpu,cpuacct:/elsewhere\n") == (Hierarchy("v1", place, place),)


def test_v2_offers_the_own_group_and_then_its_ancestors() -> None:
    found = hierarchies(V2_MOUNTS, "0::/user.slice/session.scope\n")

    assert [str(hierarchy.cpu) for hierarchy in found] == [
        "/sys/fs/cgroup/user.slice/session.scope",
        "/sys/fs/cgroup/user.slice",
        "/sys/fs/cgroup",
    ]
    assert {hierarchy.version for hierarchy in found} == {"v2"}


def test_no_cgroup_mount_offers_nothing() -> None:
    assert hierarchies("36 35 98:0 / / rw - ext4 /dev/root rw\n", "0::/\n") == ()


@pytest.fixture
def v1(tmp_path: Path) -> ControlGroup:
    for mount in ("cpu", "cpuacct"):
        (tmp_path / mount).mkdir()
    group = ControlGroup(Hierarchy("v1", tmp_path / "cpu", tmp_path / "cpuacct"), "replica")
    (tmp_path / "cpu/replica/cpu.stat").write_text("nr_periods 40\nnr_throttled 12\nthrottled_time 1500000000\n")
    (tmp_path / "cpuacct/replica/cpuacct.usage").write_text("2250000000\n")
    (tmp_path / "cpuacct/replica/cgroup.procs").write_text("11\n12\n")
    return group


def test_v1_files(v1: ControlGroup, tmp_path: Path) -> None:
    v1.limit(0.25)
    v1.adopt(4711)

    assert (tmp_path / "cpu/replica/cpu.cfs_quota_us").read_text() == "25000"
    assert (tmp_path / "cpu/replica/cpu.cfs_period_us").read_text() == "100000"
    assert (tmp_path / "cpu/replica/cgroup.procs").read_text() == "4711"
    assert (tmp_path / "cpuacct/replica/cgroup.procs").read_text() == "4711"
    assert v1.usage() == Usage(cpu_s=2.25, throttled_s=1.5)
    v1.limit(None)
    assert (tmp_path / "cpu/replica/cpu.cfs_quota_us").read_text() == "-1"


def test_v1_lists_its_processes(v1: ControlGroup) -> None:
    assert v1.pids() == [11, 12]


def test_v2_files(tmp_path: Path) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("memory pids\n")
    group = ControlGroup(Hierarchy("v2", tmp_path, tmp_path), "replica")
    (tmp_path / "replica/cpu.stat").write_text("usage_usec 2250000\nuser_usec 2000000\nthrottled_usec 750000\n")

    group.limit(0.25)

    assert (tmp_path / "cgroup.subtree_control").read_text() == "+cpu"
    assert (tmp_path / "replica/cpu.max").read_text() == "25000 100000"
    assert group.usage() == Usage(cpu_s=2.25, throttled_s=0.75)
    assert group.folders == (tmp_path / "replica",)
    group.limit(None)
    assert (tmp_path / "replica/cpu.max").read_text() == "max 100000"


def test_v2_leaves_a_controller_that_is_on(tmp_path: Path) -> None:
    (tmp_path / "cgroup.subtree_control").write_text("cpu memory\n")
    ControlGroup(Hierarchy("v2", tmp_path, tmp_path), "replica")

    assert (tmp_path / "cgroup.subtree_control").read_text() == "cpu memory\n"


def test_removing_gives_up_on_a_folder_in_use(tmp_path: Path) -> None:
    (tmp_path / "busy" / "member").mkdir(parents=True)
    (tmp_path / "idle").mkdir()

    remove_folders([tmp_path / "busy", tmp_path / "idle", tmp_path / "absent"], timeout_s=0.05)

    assert (tmp_path / "busy").exists()
    assert not (tmp_path / "idle").exists()
