"""What an entry of the cache looks like, under which key it lies, and when it counts. Pure but for the clock."""

import struct
from dataclasses import dataclass
from time import monotonic, time

VERSION_BYTES = 16
_HEADER = struct.Struct("!16sd")


@dataclass(frozen=True)
class Timing:
    """Seconds: an entry's life, the share of it after which it is renewed, and the patience with a computation.

    `slow_s`: a store that takes longer than this to answer costs more than it saves. `away_s`: while it is left alone,
    one look in so many seconds finds out whether it is well again.
    """

    ttl_s: float
    slow_s: float = 0.005
    renew_share: float = 0.8
    lock_s: float = 5.0
    wait_s: float = 1.0
    poll_s: float = 0.005
    away_s: float = 0.25

    @property
    def young_s(self) -> float:
        """How long an entry is given out without a thought of renewing it."""
        return self.ttl_s * self.renew_share

    @property
    def ttl_ms(self) -> int:
        """An entry's life in milliseconds, one at least."""
        return max(1, int(self.ttl_s * 1000))

    @property
    def lock_ms(self) -> int:
        """The life of a lock in milliseconds."""
        return int(self.lock_s * 1000)


@dataclass(frozen=True)
class Entry:
    """An entry's parts: the version that it was computed under, until when it is young by this machine, the body."""

    version: bytes
    young_until: float
    body: bytes

    @property
    def young(self) -> bool:
        """Whether it is given out without a thought of renewing it."""
        return monotonic() < self.young_until


class Entries:
    """The entries of one namespace. Its `variant` is what changes the bytes under one key."""

    def __init__(self, namespace: str, variant: str, timing: Timing) -> None:
        self.version_key = f"{namespace}:version".encode()
        self._prefix = f"{namespace}:{variant}:".encode()
        self.timing = timing

    def key(self, key: bytes) -> bytes:
        """Where an entry lies."""
        return self._prefix + key

    def lock(self, version: bytes, key: bytes) -> bytes:
        """Where the lock of whoever computes an entry lies, by the entry's own place.

        The version is part of it: who computes from older rows does not hold up who needs the newer ones.
        """
        return b"lock:" + version + key

    def packed(self, version: bytes, body: bytes) -> bytes:
        """The entry of a body that was computed under a version, young from now."""
        return _HEADER.pack(version, time() + self.timing.young_s) + body

    def opened(self, entry: bytes) -> Entry:
        """The parts of an entry that is one. It is young no longer than if it were new, whatever clocks say."""
        version, young_until = _HEADER.unpack_from(entry)
        left_s = min(young_until - time(), self.timing.young_s)
        return Entry(version, monotonic() + left_s, entry[_HEADER.size :])

    def counting(self, entry: bytes | None, version: bytes) -> tuple[bytes, bool] | None:
        """The body of an entry that counts, and whether it is still young."""
        if entry is None or len(entry) < _HEADER.size or entry[:VERSION_BYTES] != version:
            return None
        _, renew_at = _HEADER.unpack_from(entry)
        return entry[_HEADER.size :], time() < renew_at
