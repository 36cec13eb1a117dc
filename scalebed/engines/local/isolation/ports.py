"""Ports on loopback, of which no two owners on this machine are given the same.

Who is given a port binds it seconds later, as a service takes long to start. Had the kernel chosen it, a connection of
the load or another testbed could have it by then; and two servers that both share ports (SO_REUSEPORT) would answer
each other's requests without a word.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
import threading
from collections import deque
from itertools import chain
from pathlib import Path

from scalebed.messages import EngineError

PORTS = range(20_000, 30_000)
"""Below those that Linux gives to connections (from 32,768), and those of Kubernetes' nodes (from 30,000)."""
_KEPT = 1_000
"""So many ports later the first is bound, or was given up: then another may have it."""

_changing = threading.Lock()
_given: deque[int] = deque()
_ledger: list[int] = []
"""The descriptor of the file in which one byte stands for each port, once it is open."""


def free_port() -> int:
    """A port that nothing listens on now, and that no other testbed of this user is given meanwhile.

    Raises OSError where there is none.
    """
    with _changing:
        start = random.randrange(len(PORTS))
        for port in chain(PORTS[start:], PORTS[:start]):
            if port not in _given and _reserve(port):
                if not _taken(port):
                    _given.append(port)
                    if len(_given) > _KEPT:
                        _release(_given.popleft())
                    return port
                _release(port)
    raise OSError(f"no port from {PORTS.start} to {PORTS.stop - 1} is free")


def named_port(port: int) -> int:
    """This port, for somebody who has named it. Raises EngineError where it is taken."""
    with _changing:
        mine = port not in PORTS or (port not in _given and _reserve(port))
        if not mine or _taken(port, again=True):
            raise EngineError(f"port {port} is taken; end what uses it, or name another port")
        if port in PORTS:
            _given.append(port)
    return port


def _taken(port: int, *, again: bool = False) -> bool:
    """`again`: what only waits for its last connections to be forgotten is free, as for most servers."""
    with socket.socket() as listener:
        if again:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _reserve(port: int) -> bool:
    """Among all processes of this user; the kernel forgets it when this one ends."""
    if not _ledger:
        file = Path(tempfile.gettempdir()) / f"scalebed-ports-{os.getuid()}"
        _ledger.append(os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
    try:
        fcntl.lockf(_ledger[0], fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def _release(port: int) -> None:
    fcntl.lockf(_ledger[0], fcntl.LOCK_UN, 1, port)
