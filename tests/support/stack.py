"""Several variants at once, without quotas, for tests that speak HTTP to real services on real parts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scalebed import paths
from scalebed.engines import host
from scalebed.engines.local.isolation.leftovers import remove_leftovers
from scalebed.engines.local.isolation.processes import part_account
from scalebed.engines.local.isolation.quota import Quota
from scalebed.engines.local.parts.postgres import Cluster
from scalebed.engines.local.rig import Rig, Wanted, cluster_folder
from scalebed.engines.services import Service, find_service, read_service
from scalebed.messages import EngineError, Say
from scalebed.provision.servers import find_parts


@contextmanager
def stack(
    variants: Mapping[str, Mapping[str, str]],
    contacts: int = 3000,
    seed: int = 7,
    *,
    root: Path = paths.ROOT,
    cache: Path | None = None,
    cluster: str = "tests",
    replicas: int = 1,
    say: Say = lambda line: None,
) -> Iterator[Mapping[str, str]]:
    """Start every variant and yield name → base URL (the balancer's).

    `variants` maps a name to its switches; a name is a service's, or such a name, a dash and anything more
    (`optimized-uncached`). Each variant gets a throw-away copy of the rows, so tests may write. Where another
    process uses the same cluster, this waits for it: give parallel workers clusters of their own.
    """
    cache = cache or paths.cache()
    services = {name: service_of(root, name) for name in variants}
    remove_leftovers(cache / "run")
    parts = find_parts(cache, say)
    postgres = Cluster(parts.postgres, cluster_folder(cache, parts, cluster), part_account())
    # Far more services at once than an experiment has, each with a pool that keeps what it has opened.
    postgres.settings["max_connections"] = str(100 + 12 * len(variants))
    postgres.lock(wait=True)
    folder = cache / "run" / f"stack-{os.getpid()}-{cluster}"
    rig = Rig(root, cache, folder, parts, Quota("none"), host.Placement(None, None), host.usable_cores(), postgres)
    copies: list[str] = []
    try:
        rig.start_cluster()
        templates = {name: rig.databases.template(contacts, seed, service, say) for name, service in services.items()}
        rig.databases.make_room(0, set(templates.values()))
        wanted = []
        for name, switches in variants.items():
            clone = rig.databases.clone(templates[name], services[name], switches, say)
            copies.append(rig.databases.throw_away(clone))
            wanted.append(Wanted(name, services[name], switches, copies[-1], replicas))
        with rig.running(wanted) as running:
            yield {name: running.url(name) for name in variants}
    finally:
        rig.close()
        shutil.rmtree(folder, ignore_errors=True)


def service_of(root: Path, name: str) -> Service:
    """The service with the longest name that this one begins with."""
    words = name.split("-")
    for length in range(len(words), 0, -1):
        candidate = "-".join(words[:length])
        if find_service(root, candidate) is not None:
            return read_service(root, candidate)
    raise EngineError(f"{name}: no folder of apps/ or apps/peers/ has a variant.toml for it")
