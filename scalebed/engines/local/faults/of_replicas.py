"""Faults of replicas, and what is done to them on purpose: rollouts and scaling in."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from scalebed.engines.local.faults.scene import Scene, frozen, is_ready
from scalebed.engines.local.parts.replicas import Replica
from scalebed.engines.local.rig import group_name
from scalebed.messages import EngineError

SLOW = 0.1
"""The share of its quota that a slow replica has left."""
DRAIN_S = 1.0
"""Between taking a replica from the balancer and asking it to stop, as a `preStop` of Kubernetes waits: what the
balancer had sent before arrives meanwhile."""
_NOTICED_S = 1.0
"""By when a server has noticed that one of its workers is gone."""


def killed(scene: Scene) -> None:
    replica = scene.replica
    scene.begun(f"replica {_number(scene, replica)} was killed")
    scene.supervisor.kill(replica)
    _await_all(scene)


def worker_killed(scene: Scene) -> None:
    replica = scene.replica
    pid = max(replica.group.pids(), key=_resident, default=None)
    if pid is None:
        raise EngineError(f"{scene.fault.name}: replica {_number(scene, replica)} has no process; run the same again")
    scene.begun(f"process {pid} of replica {_number(scene, replica)} was killed")
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    scene.pause(_NOTICED_S)
    _await_all(scene)


def frozen_for_a_while(scene: Scene) -> None:
    with frozen(scene.replica.group):
        scene.begun(f"replica {_number(scene, scene.replica)} was stopped")
        scene.lasting()
    scene.over("it went on")


def slow(scene: Scene) -> None:
    quota, group = scene.wanted.cpu, scene.replica.group
    if quota is None:
        raise EngineError(f"{scene.fault.name}: no CPU quota can be set on this host; leave this fault out")
    group.limit(quota * SLOW)
    try:
        scene.begun(f"replica {_number(scene, scene.replica)} had {quota * SLOW:g} cores")
        scene.lasting()
    finally:
        group.limit(quota)
    scene.over(f"it had {quota:g} cores again")


def rollout(scene: Scene) -> None:
    """One after another, with one more than usual at any time (`maxSurge: 1`, `maxUnavailable: 0`)."""
    scene.begun("the first new replica was started")
    for index in range(len(scene.replicas)):
        old = scene.replicas[index]
        name = f"{group_name(scene.wanted, index)}-{time.monotonic_ns()}"
        new = scene.rig.another(scene.running, [scene.wanted], scene.wanted, name)
        new.child.excused = True
        scene.until(lambda new=new: is_ready(scene.wanted, new), "the new replica was not ready")  # type: ignore[misc]
        scene.replicas[index] = new
        scene.running.balance()
        scene.pause(DRAIN_S)
        scene.processes.stop([old.child])
    scene.over("the last old replica had ended")


def scale_in(scene: Scene) -> None:
    replica = scene.replica
    scene.begun(f"replica {_number(scene, replica)} was taken out")
    place = scene.replicas.index(replica)
    scene.replicas.remove(replica)
    try:
        scene.running.balance()
        scene.pause(DRAIN_S)
        scene.processes.end(replica.child, signal.SIGTERM, replica.child.grace_s)
        scene.lasting()
    finally:
        if replica.child.process.poll() is not None:
            scene.processes.again(replica.child)
        scene.replicas.insert(place, replica)
    scene.until(lambda: is_ready(scene.wanted, replica), "the replica was not ready")
    scene.running.balance()
    scene.over("it was back")


def _await_all(scene: Scene) -> None:
    """Until all are ready again; where nobody starts them, there is nothing to wait for."""
    if scene.fault.restart_after_s is None:
        return
    scene.until(scene.supervisor.all_ready, "not every replica was ready again")
    scene.over("every replica was ready")


def _number(scene: Scene, replica: Replica) -> int:
    return scene.replicas.index(replica) + 1


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0
