"""The testbed's parts and services without a run around them, for benchmarks of services."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scalebed import paths
from scalebed.engines import host
from scalebed.engines.local.isolation.claim import Claim
from scalebed.engines.local.isolation.processes import part_account
from scalebed.engines.local.isolation.quota import find_quota
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.engines.local.rig import Rig, cluster_folder
from scalebed.provision.servers import find_parts


def say(line: str) -> None:
    """Tell what is waited for, beside the table."""
    print(line, file=sys.stderr)


@contextmanager
def bed(name: str) -> Iterator[Rig]:
    """A rig with a running Postgres, in a folder of this name; everything started through it ends with it."""
    cache = paths.cache()
    with ExitStack() as stack:
        claim = Claim(cache)
        claim.take()
        stack.callback(claim.release)
        parts = find_parts(cache, say)
        cluster = Cluster(parts.postgres, cluster_folder(cache, parts, "runs"), part_account())
        cluster.lock()
        stack.callback(cluster.unlock)
        placement, cores = host.Placement(None, None), host.usable_cores()
        rig = Rig(paths.ROOT, cache, cache / "run" / name, parts, find_quota(), placement, cores, cluster, say)
        stack.callback(rig.close)
        rig.start_cluster()
        yield rig


def environment_of(pid: int) -> dict[str, str]:
    """What a process was started with."""
    text = Path(f"/proc/{pid}/environ").read_text(encoding="utf-8")
    return dict(item.split("=", 1) for item in text.split("\0") if "=" in item)
