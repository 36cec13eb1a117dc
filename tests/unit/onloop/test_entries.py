"""Entries of the cache: one counts under its own version alone, and says when it is to be renewed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from onloop import entries as module
from onloop.entries import VERSION_BYTES, Entries, Timing

VERSION, ANOTHER = b"v" * VERSION_BYTES, b"w" * VERSION_BYTES
ENTRIES = Entries("space", "variant", Timing(10))


@given(st.binary(), st.binary(min_size=VERSION_BYTES, max_size=VERSION_BYTES))
def test_a_body_comes_back_under_its_version_and_no_other(body: bytes, version: bytes) -> None:
    entry = ENTRIES.packed(version, body)
    assert ENTRIES.counting(entry, version) == (body, True)
    assert ENTRIES.counting(entry, bytes(byte ^ 1 for byte in version)) is None


@pytest.mark.parametrize("entry", [None, b"", VERSION, VERSION + b"1234567"])
def test_what_is_no_whole_entry_does_not_count(entry: bytes | None) -> None:
    assert ENTRIES.counting(entry, VERSION) is None


def test_an_entry_is_young_for_a_share_of_its_life(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(module, "time", lambda: now[0])
    entry = ENTRIES.packed(VERSION, b"body")
    for after, young in ((0, True), (7.9, True), (8, False), (100, False)):
        now[0] = 1000.0 + after
        assert ENTRIES.counting(entry, VERSION) == (b"body", young)


@pytest.mark.parametrize(("ahead_s", "young_s"), [(0, 8), (-3, 5), (3600, 8)])
def test_what_is_held_is_young_no_longer_than_if_it_were_new_whatever_clocks_say(
    monkeypatch: pytest.MonkeyPatch, ahead_s: float, young_s: float
) -> None:
    here = [50.0]
    monkeypatch.setattr(module, "monotonic", lambda: here[0])
    monkeypatch.setattr(module, "time", lambda: 1000.0 + ahead_s)
    packed = ENTRIES.packed(VERSION, b"body")
    monkeypatch.setattr(module, "time", lambda: 1000.0)
    entry = ENTRIES.opened(packed)
    for after, young in ((young_s - 0.1, True), (young_s, False)):
        here[0] = 50.0 + after
        assert (entry.version, entry.body, entry.young) == (VERSION, b"body", young)


def test_entries_of_other_variants_and_namespaces_lie_apart() -> None:
    others = [Entries("space", "other", Timing(10)), Entries("elsewhere", "variant", Timing(10))]
    assert len({each.key(b"key") for each in (ENTRIES, *others)}) == 3
    # What changes the bytes does not change what makes them unreadable.
    assert ENTRIES.version_key == others[0].version_key != others[1].version_key


def test_a_lock_is_of_one_entry_under_one_version() -> None:
    locks = {ENTRIES.lock(version, ENTRIES.key(key)) for version in (VERSION, ANOTHER) for key in (b"a", b"b")}
    assert len(locks) == 4


@pytest.mark.parametrize(("ttl_s", "ttl_ms"), [(30, 30_000), (0.0001, 1), (0, 1)])
def test_a_life_is_a_millisecond_at_least(ttl_s: float, ttl_ms: int) -> None:
    assert Timing(ttl_s).ttl_ms == ttl_ms
