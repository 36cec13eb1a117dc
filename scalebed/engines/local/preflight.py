"""What does not fit this host, found before anything starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from scalebed.engines import host
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.databases import BYTES_PER_CONTACT
from scalebed.engines.local.parts.pgbouncer import MOST_CONNECTIONS
from scalebed.engines.services import Service, read_service, require_packages
from scalebed.execution.ports import Finding, Program
from scalebed.experiment.size import in_words
from scalebed.experiment.spec import Experiment
from scalebed.messages import EngineError
from scalebed.provision.builds import require_toolchain

REST_CORES = 1.0
"""What load generator, database, pooler and balancer are taken to need together, before anything was measured."""
_BUSY_CORES = 0.2
_SERVER_BYTES = 2**30
"""Memory for Postgres, the cache and the load generator on a small dataset."""
_REPLICA_BYTES = 200 * 2**20


@dataclass(frozen=True)
class Resources:
    """What the host offers."""

    cores: float
    memory_bytes: int
    disk_bytes: int
    limits: bool
    """A CPU quota can be set."""
    busy_cores: float
    busiest: Sequence[Program] = ()
    limits_memory: bool = True
    """A limit of memory can be set."""


def survey(cache: Path, quota: Quota) -> Resources:
    """Look at the host; takes a second, in which it samples how busy the host is."""
    place = next(folder for folder in (cache, *cache.parents) if folder.exists())
    busy = host.busy_cores()
    return Resources(
        cores=host.usable_cores(),
        memory_bytes=psutil.virtual_memory().available,
        disk_bytes=shutil.disk_usage(place).free + _kept(cache / "postgres"),
        limits=quota.limits,
        busy_cores=busy,
        busiest=host.programs() if busy > _BUSY_CORES else (),
        limits_memory=quota.limits_memory,
    )


def findings(experiment: Experiment, root: Path, free: Resources) -> list[Finding]:
    """Every refusal and every warning, each one sentence."""
    services, found = _services(experiment, root)
    found += _poolers(experiment)
    found += _values(experiment)
    found += _faults(experiment, free)
    found += [*_capacity(experiment, free), *_memory(experiment, free), *_space(experiment, services, free)]
    return [*found, *_quiet(free)]


def _services(experiment: Experiment, root: Path) -> tuple[dict[str, Service], list[Finding]]:
    services: dict[str, Service] = {}
    found = []
    try:
        if any(variant.application is None for variant in experiment.variants):
            require_packages()
    except EngineError as error:
        found.append(Finding("refuse", str(error)))
    for variant in experiment.variants:
        if variant.application is not None:
            continue
        try:
            service = read_service(root, variant.service)
            service.effective(variant.switches)
            services[variant.name] = service
            if service.build is not None:
                require_toolchain(service.build)
        except EngineError as error:
            found.append(Finding("refuse", f"variant {variant.name}: {error}"))
    return services, found


def _poolers(experiment: Experiment) -> list[Finding]:
    found = []
    for variant in experiment.variants:
        mode, size = variant.pooler.mode, variant.pooler.size
        if size is not None and size > MOST_CONNECTIONS:
            told = (
                f"pooler.size {size} is more than the {MOST_CONNECTIONS} connections that Postgres has for it; lower it"
            )
            found.append(Finding("refuse", f"variant {variant.name}: {told}"))
        if mode != "transaction" and experiment.renews:
            told = f"pooler {mode} does not let go of the rows that {experiment.workload} has put back between trials"
            found.append(
                Finding("refuse", f"variant {variant.name}: {told}; use transaction, or a workload that reads")
            )
    return found


def _faults(experiment: Experiment, free: Resources) -> list[Finding]:
    if free.limits:
        return []
    return [
        Finding("refuse", f"faults: {fault.name} takes a CPU quota, and none can be set here; leave it out")
        for fault in experiment.faults
        if fault.fault == "replica-slow"
    ]


def _values(experiment: Experiment) -> list[Finding]:
    return [
        Finding(
            "refuse",
            f"variant {variant.name}: values are a chart's, which this engine has not; leave them out, or run with "
            "--engine kubernetes",
        )
        for variant in experiment.variants
        if variant.values
    ]


def _sides(experiment: Experiment) -> int:
    """How many of all of it there are at once."""
    return 2 if experiment.duet else 1


def _capacity(experiment: Experiment, free: Resources) -> list[Finding]:
    most = max(experiment.replicas)
    asked = most * experiment.cpu_per_replica * _sides(experiment)
    both = "2 sides × " if experiment.duet else ""
    product = f"{both}{most} replicas × {experiment.cpu_per_replica:g} cores = {asked:g} cores"
    if asked > free.cores:
        return [
            Finding(
                "refuse",
                f"{product} do not fit the {free.cores:g} cores of this host; lower replicas or cpu_per_replica",
            )
        ]
    found = []
    if asked + REST_CORES > free.cores:
        found.append(
            Finding(
                "warn",
                f"{product} leave {free.cores - asked:g} of {free.cores:g} cores for load generator and database, "
                "which may need more: the host's ceiling may be what limits the largest cells",
            )
        )
    if not free.limits:
        found.append(
            Finding(
                "warn",
                "no CPU quota can be set here (neither control groups nor systemd scopes are permitted), so replicas "
                "use what CPU they get, and capacity by replica does not mean much",
            )
        )
    return found


def _memory(experiment: Experiment, free: Resources) -> list[Finding]:
    limit = experiment.memory_per_replica
    if limit is None:
        return []
    found = []
    if not free.limits_memory:
        told = (
            "memory_per_replica cannot be set here (control groups are not permitted), so nothing limits the replicas"
        )
        found.append(Finding("warn", f"{told}, and none is killed that would be"))
    most = max(experiment.replicas)
    if _sides(experiment) * (most * limit + _SERVER_BYTES) > free.memory_bytes:
        told = f"{most} replicas × {in_words(limit)} and the parts around them are more than the "
        told += f"{_gb(free.memory_bytes)} GB of memory that are free: this machine may run out before a replica does"
        found.append(Finding("warn", told))
    return found


def _space(experiment: Experiment, services: dict[str, Service], free: Resources) -> list[Finding]:
    clones = {
        (service.name, tuple(sorted(service.object_choice(variant.switches).items())))
        for variant in experiment.variants
        if (service := services.get(variant.name)) is not None
    }
    copies = _sides(experiment) * (1 + 2 * len(clones) + experiment.writes)
    disk = disk_needed(experiment.dataset.contacts, copies)
    found = []
    if disk > free.disk_bytes:
        found.append(
            Finding(
                "refuse",
                f"{experiment.dataset.contacts:,} contacts in {1 + len(clones)} databases need about {_gb(disk)} GB of "
                f"disk, {_gb(free.disk_bytes)} GB are there; lower dataset.contacts, or set SCALEBED_CACHE to a larger "
                "disk",
            )
        )
    memory = _sides(experiment) * (_SERVER_BYTES + max(experiment.replicas) * _REPLICA_BYTES)
    if memory > free.memory_bytes:
        found.append(
            Finding(
                "refuse",
                f"{max(experiment.replicas)} replicas and the parts around them need about {_gb(memory)} GB of memory, "
                f"{_gb(free.memory_bytes)} GB are free; lower replicas or end something else",
            )
        )
    elif memory + disk_needed(experiment.dataset.contacts, 2) > free.memory_bytes:
        found.append(
            Finding(
                "warn",
                "the dataset may not stay in memory beside everything else, so reads from disk may be measured too",
            )
        )
    return found


def _quiet(free: Resources) -> list[Finding]:
    if free.busy_cores <= _BUSY_CORES:
        return []
    who = f", most by {', '.join(map(str, free.busiest[:3]))}" if free.busiest else ""
    used = f"{free.busy_cores:.1f} of {free.cores:g} cores"
    return [Finding("warn", f"something else uses {used}{who}: results on a busy host are worth less")]


def disk_needed(contacts: int, copies: int) -> int:
    """Bytes, with the write-ahead log; a clone with many indexes counts as two copies."""
    return contacts * BYTES_PER_CONTACT * copies + min(4 * 2**30, contacts * BYTES_PER_CONTACT + 2**28)


def _kept(folder: Path) -> int:
    """Bytes in databases that can be dropped or used again."""
    total = 0
    for place, _, files in os.walk(folder):
        for name in files:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118 - many thousand files
            except OSError:
                continue
    return total


def _gb(size: int) -> str:
    return f"{size / 2**30:.1f}"
