from pathlib import Path

import pytest

from clusterbed.machine import Machine, holds, inspect

ALL = "CapBnd:\t000001ffffffffff\n"
WITHOUT_SYS_RESOURCE = "CapBnd:\t000001fffeffffff\n"


def make_root(root: Path, capabilities: str = ALL, instances: int = 128, version: int = 1) -> Path:
    files = {
        "proc/self/status": f"Name:\tpython\n{capabilities}",
        "proc/filesystems": "nodev\tsysfs\nnodev\toverlay\n\text4\n",
        "proc/sys/fs/inotify/max_user_instances": f"{instances}\n",
        "proc/sys/fs/inotify/max_user_watches": "1048576\n",
        "proc/sys/net/ipv4/ip_forward": "0\n",
        "sys/fs/cgroup/cgroup.controllers" if version == 2 else "sys/fs/cgroup/systemd/cgroup.procs": "",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def see(tmp_path: Path, **settings: object) -> Machine:
    return inspect(tmp_path / "cache", make_root(tmp_path / "root", **settings))  # type: ignore[arg-type]


def test_a_capability_is_a_bit_of_the_bounding_set() -> None:
    assert holds(ALL, 24)
    assert not holds(WITHOUT_SYS_RESOURCE, 24)
    assert holds(WITHOUT_SYS_RESOURCE, 25)
    assert not holds("Name:\tno such line\n", 24)


@pytest.mark.parametrize("version", [1, 2])
def test_the_cgroup_version_is_seen(tmp_path: Path, version: int) -> None:
    machine = see(tmp_path, version=version)

    assert machine.cgroup_version == version
    assert machine.named_hierarchy == (version == 1)


def test_limits_that_are_too_low_are_named_with_what_is_needed(tmp_path: Path) -> None:
    machine = see(tmp_path)

    assert machine.low_limits == {"fs.inotify.max_user_instances": 512}
    assert machine.sysctls["fs.inotify.max_user_instances"] == 128
    assert machine.sysctls["net.ipv4.ip_forward"] == 0


def test_limits_that_are_higher_are_left_alone(tmp_path: Path) -> None:
    assert see(tmp_path, instances=8192).low_limits == {}


def test_what_is_missing_is_seen(tmp_path: Path) -> None:
    machine = see(tmp_path, capabilities=WITHOUT_SYS_RESOURCE)

    assert not machine.sys_resource
    assert machine.overlay
    assert not machine.service_manager
    assert not machine.bridge_filter
