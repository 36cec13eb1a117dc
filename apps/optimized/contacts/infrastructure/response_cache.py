"""Cached bytes that a write makes unreadable at once, without knowing their keys.

All entries live in one namespace with a version, a random token. An entry carries the version that stood when its
computation *began*, and counts only while that is still the version:

    reader:  MGET version, entry ── entry.version == version ──> hit
                                └─ else: compute, then SET entry with the version read before
    writer:  COMMIT, then SET version = new token, then acknowledge

So a slow reader that computed from old rows stores its result under a version that no longer counts, and a read
that begins after an acknowledged write sees that write or something newer. Tokens are random rather than counted:
a version lost with Redis's memory cannot come back.

A guarded miss is computed once: whoever gets a short lock computes, the others wait for the entry a little and then
compute for themselves. What costs less than the lock is read without the guard. Late in an entry's life one reader
renews it while the others still get it.

While the breaker is open, because the store does not answer or is slower than it is worth, reads compute and writes
do not wait for it. What they could not set, or did not wait for, is *owed*: the breaker's thread sets a new version at
once, and again until it succeeds, and this process reads nothing before that is done. However many writes owe one, they
are two numbers, and one version stands for all of them. So a read through this process is never older than a write
through it. Another process that still reads from the store may answer what is older than a write through this one

- where the store is slow, until it has the version: for one answer of it, or two if one was under way;
- where it did not answer, until it answers again and this process has noticed: for the store's time-out and one
  interval of the breaker after that (0.5 s by default);
- where this process ends before that, for as long as entries live;

and never longer than that last: no entry outlives its TTL.
"""

import secrets
from collections.abc import Callable
from threading import Lock
from time import monotonic, sleep, time

from onloop.entries import VERSION_BYTES, Entries

from .breaker import Breaker
from .stores import Store, StoreDownError


class StoreSlowError(Exception):
    """The store answers, and more slowly than it is worth."""


class ResponseCache:
    """Bytes by key under one namespace; see the module's text for what it promises."""

    def __init__(self, store: Store, entries: Entries, breaker: Breaker) -> None:
        self._store = store
        self._entries = entries
        self._timing = timing = entries.timing
        self._slow_s = timing.slow_s
        self._breaker = breaker
        breaker.attend(lambda: store.prompt(timing.slow_s), self._paid_up)
        # How many writes could not set a version, and how many of these a later version stands for.
        self._owed = self._paid = 0
        self._counting_debts = Lock()

    def get(self, key: bytes, compute: Callable[[], bytes], *, guard: bool = True) -> bytes:
        """The bytes under `key`, computed where there are none that count. Never fails by the store's fault.

        `guard`: concurrent misses are one computation.
        """
        if not self._breaker.closed:
            return compute()
        key = self._entries.key(key)
        try:
            self._settle()
            asked = monotonic()
            version, entry = self._store.get_many((self._entries.version_key, key))
            if monotonic() - asked > self._slow_s:
                self._breaker.doubted()
            if version is None:
                version = self._first_version()
            locked = False
            if (found := self._entries.counting(entry, version)) is not None:
                body, fresh = found
                if fresh or (guard and not self._lock(key, version)):
                    return body
                locked = guard
            elif guard and not (locked := self._lock(key, version)):
                waited = self._wait(key)
                if waited is not None:
                    return waited
        except StoreDownError:
            self._breaker.failed()
            return compute()
        return self._computed(key, version, compute, locked=locked)

    def invalidate(self) -> None:
        """Make every entry unreadable; to be called after the commit and before its acknowledgement. Never fails."""
        written = False
        try:
            if self._breaker.closed:
                asked = monotonic()
                self._set_version()
                written = True
                if monotonic() - asked > self._slow_s:
                    self._breaker.doubted()
        except StoreDownError:
            self._breaker.failed()
        finally:
            if not written:
                with self._counting_debts:
                    self._owed += 1
                self._breaker.wake()

    def check(self) -> None:
        """Ask the store whether it answers, and set what is owed. Raises `StoreDownError`, `StoreSlowError`."""
        try:
            self._settle()
            prompt = self._store.prompt(self._slow_s)
        except StoreDownError:
            self._breaker.failed()
            raise
        if prompt:
            self._breaker.recovered()
        elif not self._breaker.closed:
            raise StoreSlowError

    @property
    def usable(self) -> bool:
        """Whether another reader of the same store may ask it: it is well, and no write owes it a version."""
        return self._breaker.closed and self._paid >= self._owed

    def told(self, seconds: float | None) -> None:
        """Another reader's word for how long the store took to answer, None where it did not."""
        if seconds is None:
            self._breaker.failed()
        elif seconds > self._slow_s:
            self._breaker.doubted()

    def _paid_up(self) -> bool:
        """Set what is owed; whether that could be done."""
        try:
            self._settle()
        except StoreDownError:
            return False
        return True

    def _settle(self) -> None:
        """Set the version that is owed, if one is. Until it is set, everybody else who reads finds it owed too."""
        owed = self._owed
        if self._paid < owed:
            self._set_version()
            # A write that came meanwhile may have committed after this version was set, and still owes one.
            with self._counting_debts:
                self._paid = max(self._paid, owed)

    def _set_version(self) -> None:
        self._store.set(self._entries.version_key, secrets.token_bytes(VERSION_BYTES), None)

    def _first_version(self) -> bytes:
        token = secrets.token_bytes(VERSION_BYTES)
        if self._store.add(self._entries.version_key, token, None):
            return token
        return self._store.get_many((self._entries.version_key,))[0] or token

    def _lock(self, key: bytes, version: bytes) -> bool:
        return self._store.add(self._entries.lock(version, key), b"1", self._timing.lock_ms)

    def _wait(self, key: bytes) -> bytes | None:
        until = time() + self._timing.wait_s
        while time() < until and self._breaker.closed:
            sleep(self._timing.poll_s)
            version, entry = self._store.get_many((self._entries.version_key, key))
            if version is not None and (found := self._entries.counting(entry, version)) is not None:
                return found[0]
        return None

    def _computed(self, key: bytes, version: bytes, compute: Callable[[], bytes], *, locked: bool) -> bytes:
        stored = False
        try:
            body = compute()
            stored = self._put(key, self._entries.packed(version, body))
        finally:
            # Behind an entry that stands, the lock runs out by itself before anybody asks for it again.
            if locked and not (stored and self._timing.lock_s < self._timing.young_s):
                self._unlock(self._entries.lock(version, key))
        return body

    def _put(self, key: bytes, entry: bytes) -> bool:
        if not self._breaker.closed:
            return False
        try:
            self._store.set(key, entry, self._timing.ttl_ms)
        except StoreDownError:
            self._breaker.failed()
            return False
        return True

    def _unlock(self, lock: bytes) -> None:
        # A lock that is left runs out by itself.
        if not self._breaker.closed:
            return
        try:
            self._store.delete(lock)
        except StoreDownError:
            self._breaker.failed()
