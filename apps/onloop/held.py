"""Bytes that this process holds, bounded by their size."""

from collections import OrderedDict


class Held:
    """Entries of this process by key, up to so many bytes; what was used longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._entries: OrderedDict[bytes, bytes] = OrderedDict()

    def get(self, key: bytes) -> bytes | None:
        """The entry under a key."""
        if (entry := self._entries.get(key)) is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: bytes, entry: bytes) -> None:
        """Hold an entry, unless it alone is too large."""
        self.drop(key)
        if len(key) + len(entry) > self._most:
            return
        self._entries[key] = entry
        self._size += len(key) + len(entry)
        while self._size > self._most:
            self.drop(next(iter(self._entries)))

    def drop(self, key: bytes) -> None:
        """Hold it no longer."""
        if (entry := self._entries.pop(key, None)) is not None:
            self._size -= len(key) + len(entry)
