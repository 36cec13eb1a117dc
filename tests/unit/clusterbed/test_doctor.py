from dataclasses import replace
from pathlib import Path

import pytest

from clusterbed.doctor import LEAST_BYTES, conclude, examine
from clusterbed.machine import Machine

GOOD = Machine(
    system="Linux",
    architecture="x86_64",
    root=True,
    programs=frozenset({"apt-get"}),
    service_manager=True,
    cgroup_version=2,
    named_hierarchy=False,
    sys_resource=True,
    overlay=True,
    bridge_filter=True,
    sysctls={"fs.inotify.max_user_instances": 8192, "fs.inotify.max_user_watches": 1_048_576},
    cores=4,
    memory_bytes=16 * 2**30,
    free_bytes=100 * 2**30,
)


def status(
    machine: Machine, what: str, engine: str | None = "28.0.0", cache: Path = Path("/nowhere")
) -> tuple[str, str]:
    return next((s.status, s.found) for s in examine(machine, engine, cache) if s.what == what)


def test_an_ordinary_machine_can_with_the_one_limit_that_every_one_has() -> None:
    symptoms = examine(GOOD, "28.0.0", Path("/nowhere"))

    assert [s.what for s in symptoms if s.status != "ok"] == ["network policies"]
    assert conclude(symptoms).startswith("This machine can run a cluster without a registry, with limits on: network")


@pytest.mark.parametrize(
    ("change", "what", "expected"),
    [
        ({"architecture": "riscv64"}, "system", "missing"),
        ({"architecture": "aarch64"}, "system", "limited"),
        ({"programs": frozenset()}, "packages", "missing"),
        ({"cgroup_version": 1, "named_hierarchy": True}, "cgroups", "limited"),
        ({"cgroup_version": 1, "root": False}, "cgroups", "missing"),
        ({"sys_resource": False}, "capabilities", "limited"),
        ({"overlay": False}, "images", "limited"),
        ({"cores": 1}, "cores", "limited"),
        ({"memory_bytes": 2**30}, "memory", "limited"),
        ({"free_bytes": LEAST_BYTES - 1}, "disk", "missing"),
    ],
)
def test_each_trap_is_seen(change: dict[str, object], what: str, expected: str) -> None:
    assert status(replace(GOOD, **change), what)[0] == expected  # type: ignore[arg-type]


def test_low_limits_are_raised_by_root_and_asked_for_by_others() -> None:
    low = replace(GOOD, sysctls={"fs.inotify.max_user_instances": 128})

    assert status(low, "inotify") == (
        "ok",
        "up raises fs.inotify.max_user_instances from 128 to 512, and down sets it back",
    )
    assert status(replace(low, root=False), "inotify") == (
        "missing",
        "the limits are too low; run: sudo sysctl -w fs.inotify.max_user_instances=512",
    )


def test_where_no_engine_answers_root_gets_one_and_others_are_told() -> None:
    assert status(GOOD, "Docker", engine=None)[0] == "ok"
    assert status(replace(GOOD, root=False), "Docker", engine=None)[0] == "missing"


def test_a_second_build_needs_no_room_for_a_first(tmp_path: Path) -> None:
    (tmp_path / "airgap").mkdir()

    assert status(replace(GOOD, free_bytes=2**30), "disk", cache=tmp_path)[0] == "ok"


def test_what_cannot_be_is_concluded() -> None:
    symptoms = examine(replace(GOOD, architecture="riscv64", programs=frozenset(), root=False), None, Path("/nowhere"))

    assert conclude(symptoms).startswith(
        "This machine cannot run a cluster without a registry, for want of: system, Docker"
    )
