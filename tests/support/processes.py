"""What a process started, read while it goes on starting and ending: a process that ended meanwhile is no error."""

import contextlib
from collections.abc import Iterable

import psutil


def children(pid: int) -> list[psutil.Process]:
    """All that process `pid` started and that still runs, with what those started in turn."""
    return living(psutil.Process(pid).children(recursive=True))


def living(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those of `processes` that have not ended; one that ended and was not waited for yet has ended."""
    return [process for process in processes if _lives(process)]


def names(processes: Iterable[psutil.Process]) -> list[str]:
    """The names of those of `processes` that have not ended."""
    found = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            found.append(process.name())
    return found


def listening(processes: Iterable[psutil.Process]) -> set[tuple[str, int]]:
    """Address and port of each socket that those of `processes` that have not ended accept connections at."""
    found = set()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            sockets = process.net_connections("inet")
            found |= {(s.laddr.ip, s.laddr.port) for s in sockets if s.status == psutil.CONN_LISTEN}
    return found


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
