"""What this process holds, bounded by its size."""

from collections import OrderedDict
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Held(Generic[Value]):
    """Values of this process by key, up to so many bytes; what was used longest ago goes first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._values: OrderedDict[bytes, tuple[Value, int]] = OrderedDict()

    def get(self, key: bytes) -> Value | None:
        """The value under a key."""
        if (kept := self._values.get(key)) is None:
            return None
        self._values.move_to_end(key)
        return kept[0]

    def put(self, key: bytes, value: Value, size: int) -> None:
        """Hold a value of so many bytes, unless it alone is too large."""
        self.drop(key)
        size += len(key)
        if size > self._most:
            return
        self._values[key] = value, size
        self._size += size
        while self._size > self._most:
            self.drop(next(iter(self._values)))

    def drop(self, key: bytes) -> None:
        """Hold it no longer."""
        if (kept := self._values.pop(key, None)) is not None:
            self._size -= kept[1]
