"""Files and streams that a load generator's lines are in: plain or gzipped, whole or cut off, each once."""

from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

from scalebed.engines.k6.summary import Summary, Tally
from scalebed.messages import UserError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_GZIP = b"\x1f\x8b"
STDIN = "-"


class LogError(UserError):
    """One sentence: which file cannot be read."""


@dataclass
class Log:
    """One of them. `rows` are its lines with their ends; what is no UTF-8 in them is replaced."""

    name: str
    rows: Iterable[str]
    broken_off: bool = False
    """Set once the rows have been read: its compressed bytes end too early."""


def open_log(name: str, stdin: BinaryIO) -> Log:
    """The file of this name, or `stdin` for `-`. Raises LogError, also while the rows are read."""
    log = Log("stdin" if name == STDIN else name, ())
    log.rows = _rows(log, name, stdin)
    return log


def summed(names: Sequence[str], stdin: BinaryIO) -> Summary:
    """What the lines in all of them come to. Raises LogError and LinesError."""
    tally = Tally()
    for name, often in Counter(names).items():
        if often > 1:
            raise LogError(f"{name} is named twice, and would count twice; name it once")
        log = open_log(name, stdin)
        if not tally.add(log.rows, log.name):
            tally.remark(f"{log.name}: holds no line of k6's output scalebed.")
        if log.broken_off:
            tally.remark(f"{log.name}: its compression ends too early; what could be read of it counts.")
    return tally.summary()


def _rows(log: Log, name: str, stdin: BinaryIO) -> Iterator[str]:
    try:
        if name == STDIN:
            yield from _text(log, stdin)
        else:
            with open(name, "rb") as file:  # noqa: PTH123, a word of the command line
                yield from _text(log, file)
    except OSError as error:
        raise LogError(
            f"{log.name}: cannot be read ({error.strerror or error}); name a file, or - for stdin"
        ) from error
    except zlib.error as error:
        raise LogError(f"{log.name}: is damaged inside its compression ({error}); fetch it anew") from error


def _text(log: Log, file: BinaryIO) -> Iterator[str]:
    start = file.read(len(_GZIP))
    whole = io.BufferedReader(_After(start, file))
    if start != _GZIP:
        yield from _lines(whole)
        return
    try:
        yield from _lines(gzip.GzipFile(fileobj=whole))
    except EOFError:
        log.broken_off = True


class _Readable(Protocol):
    def read1(self, size: int, /) -> bytes: ...


class _After(io.RawIOBase):
    """A stream with what was read from it to look at put back before it; a pipe cannot be wound back."""

    def __init__(self, start: bytes, rest: BinaryIO) -> None:
        self._start = start
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        chunk = self._start or self._rest.read(len(view))
        self._start = b""
        view[: len(chunk)] = chunk
        return len(chunk)


def _lines(file: _Readable) -> Iterator[str]:
    """Also the last one, where reading breaks off in it."""
    rest, broken = b"", None
    while True:
        try:
            chunk = file.read1(1 << 16)
        except EOFError as error:
            chunk, broken = b"", error
        if not chunk:
            break
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode("utf-8", "replace") + "\n"
    if rest:
        yield rest.decode("utf-8", "replace")
    if broken is not None:
        raise broken
