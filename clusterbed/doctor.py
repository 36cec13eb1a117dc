"""Says in sentences what this machine can and cannot do for a cluster without a registry."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from clusterbed.machine import Machine
from scalebed.engines.local.doctor import Status, Symptom

LEAST_BYTES = 25 * 2**30
"""A first build's disk: 8 GiB of Go's modules and compiled packages, 6 GiB of images, the rest for data."""
LEAST_MEMORY_BYTES = 6 * 2**30
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
_GIB = 2**30


def examine(machine: Machine, engine: str | None, cache: Path) -> list[Symptom]:
    """`engine` is the version of the Docker daemon that answers, or None."""
    return [*_system(machine, engine), *_kernel(machine), *_size(machine, cache)]


def conclude(symptoms: list[Symptom]) -> str:
    """The last word."""
    missing = [symptom.what for symptom in symptoms if symptom.status == "missing"]
    if missing:
        return f"This machine cannot run a cluster without a registry, for want of: {', '.join(missing)}."
    limited = [symptom.what for symptom in symptoms if symptom.status == "limited"]
    if limited:
        return f"This machine can run a cluster without a registry, with limits on: {', '.join(limited)}."
    return "This machine can run a cluster without a registry."


def _system(machine: Machine, engine: str | None) -> Iterator[Symptom]:
    if machine.system != "Linux" or machine.architecture not in _ARCHITECTURES:
        yield Symptom("missing", "system", f"{machine.system} on {machine.architecture}: Linux on x86_64 is needed")
    elif machine.architecture != "x86_64":
        yield Symptom("limited", "system", f"{machine.architecture}: the wheels of some servers are for x86_64 alone")
    else:
        yield Symptom("ok", "system", f"Linux on {machine.architecture}")
    if engine:
        yield Symptom("ok", "Docker", f"daemon {engine} answers")
    elif machine.root and machine.programs & {"dockerd", "apt-get"}:
        how = "is started" if "dockerd" in machine.programs else "is installed from Debian and started"
        by = "by systemd" if machine.service_manager else "by ourselves, since no service manager runs"
        yield Symptom("ok", "Docker", f"no daemon answers; one {how} {by}")
    else:
        yield Symptom("missing", "Docker", "no daemon answers; start it, or run this as root on Debian to have one")
    if machine.programs & {"apt-get", "mmdebstrap"}:
        yield Symptom("ok", "packages", "images are made from Debian's packages, by apt and mmdebstrap")
    else:
        yield Symptom("missing", "packages", "there is no apt here, and images are made from Debian's packages")


def _kernel(machine: Machine) -> Iterator[Symptom]:
    if machine.cgroup_version == 2:
        yield Symptom("ok", "cgroups", "version 2")
    elif machine.named_hierarchy or machine.root:
        mended = "" if machine.named_hierarchy else "; the hierarchy that systemd in the node needs is mounted for it"
        yield Symptom("limited", "cgroups", f"version 1: Kubernetes 1.34 is the last that runs on it as it is{mended}")
    else:
        yield Symptom("missing", "cgroups", "version 1 without systemd's hierarchy, which only root can mount")
    if machine.sys_resource:
        yield Symptom("ok", "capabilities", "CAP_SYS_RESOURCE is held")
    else:
        found = "CAP_SYS_RESOURCE is missing, so containers run through a wrapper that does not ask for it"
        yield Symptom("limited", "capabilities", found)
    if machine.overlay:
        yield Symptom("ok", "images", "overlay file systems can be mounted")
    else:
        yield Symptom("limited", "images", "there is no overlay file system: every image is copied whole, slowly")
    low = machine.low_limits
    if not low:
        yield Symptom("ok", "inotify", "the limits are high enough")
    elif machine.root:
        raised = ", ".join(f"{name} from {machine.sysctls[name]} to {least}" for name, least in low.items())
        yield Symptom("ok", "inotify", f"up raises {raised}, and down sets it back")
    else:
        command = " ".join(f"{name}={least}" for name, least in low.items())
        yield Symptom("missing", "inotify", f"the limits are too low; run: sudo sysctl -w {command}")
    yield Symptom("limited", "network policies", "are accepted and not enforced: the node has no agent for them")


def _size(machine: Machine, cache: Path) -> Iterator[Symptom]:
    enough: Status = "ok" if machine.cores >= 2 else "limited"
    yield Symptom(enough, "cores", f"{machine.cores}; the cluster itself asks for 0.9")
    memory = machine.memory_bytes / _GIB
    yield Symptom("ok" if machine.memory_bytes >= LEAST_MEMORY_BYTES else "limited", "memory", f"{memory:.0f} GiB")
    free = machine.free_bytes / _GIB
    if machine.free_bytes >= LEAST_BYTES or (cache / "airgap").is_dir():
        yield Symptom("ok", "disk", f"{free:.0f} GiB free under {cache}")
    else:
        needed = LEAST_BYTES / _GIB
        yield Symptom("missing", "disk", f"{free:.0f} GiB free under {cache}; a first build wants {needed:.0f}")
