"""CPU quotas on this very host."""

import subprocess
import time

import pytest

from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.quota import Quota, find_quota

BUSY = ["sh", "-c", "read -r _; while :; do :; done"]


def spin(group: Group, seconds: float) -> tuple[float, float]:
    """Run a busy loop in the group; returns cores used and seconds held back."""
    with subprocess.Popen(group.command(BUSY), stdin=subprocess.PIPE) as process:
        group.adopt(process.pid)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        before, begun = group.usage(), time.monotonic()
        time.sleep(seconds)
        after, elapsed = group.usage(), time.monotonic() - begun
        process.kill()
    return (after.cpu_s - before.cpu_s) / elapsed, (after.throttled_s or 0.0) - (before.throttled_s or 0.0)


@pytest.mark.alone
def test_a_busy_loop_gets_what_its_quota_allows(group: Group) -> None:
    """Where this user may set none, the loop gets what it can, and is accounted all the same."""
    group.limit(0.25)

    cores, held = spin(group, 3.0)

    if not find_quota().limits:
        assert (cores > 0.05, held) == (True, 0.0)
        return
    assert cores == pytest.approx(0.25, abs=0.04)
    assert held > 0.2


@pytest.mark.alone
def test_without_a_limit_it_gets_more(group: Group) -> None:
    group.limit(0.25)
    group.limit(None)

    assert spin(group, 1.0)[0] > 0.27


def test_finding_leaves_no_group_behind() -> None:
    quota = find_quota()

    assert quota == find_quota()
    if quota.hierarchy is not None:
        assert not list(quota.hierarchy.cpu.glob("scalebed-*-trial"))


def test_without_groups_cpu_is_still_accounted() -> None:
    group = Quota("none").group("test", limited=True)

    assert spin(group, 0.5)[0] > 0.05
    assert group.usage().throttled_s is None
