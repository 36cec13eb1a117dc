"""What this machine can and cannot do for a cluster without a registry, found by looking and never by assuming."""

from __future__ import annotations

import os
import platform
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import psutil

from clusterbed.debian import program_path

_SYS_RESOURCE = 24
"""The number of CAP_SYS_RESOURCE in /proc/*/status."""

PROGRAMS = ("apt-get", "dockerd", "mmdebstrap")

LEAST_INOTIFY = {"fs.inotify.max_user_instances": 512, "fs.inotify.max_user_watches": 524_288}
"""The kubelet, containerd and every pod watch files; with the usual limits the node dies of too many open files."""


@dataclass(frozen=True)
class Machine:
    """`sysctls` holds the values of `LEAST_INOTIFY`'s names and of IP forwarding."""

    system: str
    architecture: str
    root: bool
    programs: frozenset[str]
    """Those of `PROGRAMS` that are here."""
    service_manager: bool
    cgroup_version: int
    named_hierarchy: bool
    """cgroup v1: systemd's own hierarchy is mounted."""
    sys_resource: bool
    overlay: bool
    bridge_filter: bool
    sysctls: dict[str, int]
    cores: int
    memory_bytes: int
    free_bytes: int

    @property
    def low_limits(self) -> dict[str, int]:
        """The inotify limits that must be raised, with what they must be raised to."""
        return {name: least for name, least in LEAST_INOTIFY.items() if self.sysctls.get(name, least) < least}


def inspect(cache: Path, root: Path = Path("/")) -> Machine:
    """What this machine is; `root` is another folder than / in tests."""
    status = (root / "proc/self/status").read_text(encoding="ascii")
    file_systems = (root / "proc/filesystems").read_text(encoding="ascii").split()
    cgroups = root / "sys/fs/cgroup"
    place = next(folder for folder in (cache, *cache.parents) if folder.exists())
    names = [*LEAST_INOTIFY, "net.ipv4.ip_forward"]
    return Machine(
        system=platform.system(),
        architecture=platform.machine(),
        root=os.geteuid() == 0,
        programs=frozenset(name for name in PROGRAMS if program_path(name)),
        service_manager=(root / "run/systemd/system").is_dir(),
        cgroup_version=2 if (cgroups / "cgroup.controllers").exists() else 1,
        named_hierarchy=(cgroups / "systemd/cgroup.procs").exists(),
        sys_resource=holds(status, _SYS_RESOURCE),
        # As a module it is loaded by the first mount.
        overlay="overlay" in file_systems or any((root / "lib/modules").glob("*/kernel/fs/overlayfs/overlay.ko*")),
        bridge_filter=(root / "proc/sys/net/bridge").is_dir(),
        sysctls={name: value for name in names if (value := _sysctl(root, name)) is not None},
        cores=len(os.sched_getaffinity(0)),
        memory_bytes=psutil.virtual_memory().total,
        free_bytes=shutil.disk_usage(place).free,
    )


def holds(status: str, capability: int) -> bool:
    """Whether the bounding set in the text of /proc/*/status has this capability."""
    match = re.search(r"^CapBnd:\s*([0-9a-fA-F]+)$", status, re.MULTILINE)
    return match is not None and bool(int(match[1], 16) >> capability & 1)


def _sysctl(root: Path, name: str) -> int | None:
    try:
        return int((root / "proc/sys" / name.replace(".", "/")).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
