"""Who uses a cache folder: one testbed at a time, since another would disturb what it measures."""

from __future__ import annotations

from pathlib import Path

from scalebed.messages import EngineError
from scalebed.provision.locks import Lock, TakenError


class Claim:
    """On the cache folder `cache`, from `take` to `release` or the end of this process.

    `beside`: for the second engine of a process whose first has the folder.
    """

    def __init__(self, cache: Path, *, beside: bool = False) -> None:
        self._cache = cache
        self._lock = Lock(cache / "run" / ("lock-beside" if beside else "lock"))

    def take(self) -> None:
        """Raises EngineError, which names who has it."""
        try:
            self._lock.acquire()
        except TakenError as taken:
            raise EngineError(
                f"{self._cache}: process {taken.owner} measures or serves here; wait for it, end it with Ctrl-C or "
                f"kill {taken.owner}, or set SCALEBED_CACHE to another folder"
            ) from None

    def release(self) -> None:
        """Safe to call twice."""
        self._lock.release()
