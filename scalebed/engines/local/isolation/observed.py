"""Something on this machine that the testbed did not start, and whose CPU is the service's."""

from __future__ import annotations

from typing import Literal

import psutil

from scalebed.engines.local.isolation.quota import TreeGroup
from scalebed.messages import EngineError


def observed(what: Literal["pid", "port"], number: int) -> TreeGroup:
    """The processes, and those that they start, of this pid or of who listens on this port.

    Raises EngineError where there is none, or where another user's cannot be seen.
    """
    pids = [number] if what == "pid" else _listening(number)
    if not pids or not all(psutil.pid_exists(pid) for pid in pids):
        other = "" if what == "pid" else "; another user's are seen by root alone"
        raise EngineError(f"service.observe: nothing on this machine is {what}:{number}{other}")
    group = TreeGroup("observed")
    for pid in _roots(pids):
        group.adopt(pid)
    return group


def _listening(port: int) -> list[int]:
    return sorted(
        {
            connection.pid
            for connection in psutil.net_connections(kind="tcp")
            if connection.status == psutil.CONN_LISTEN
            and connection.pid
            and connection.laddr
            and connection.laddr.port == port
        }
    )


def _roots(pids: list[int]) -> list[int]:
    """Without those that another one of them has started: a tree holds them already."""
    inner = {child.pid for pid in pids for child in psutil.Process(pid).children(recursive=True)}
    return [pid for pid in pids if pid not in inner]
