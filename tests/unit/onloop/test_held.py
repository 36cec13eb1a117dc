"""What a process holds: never more than it may, and what was used longest ago goes first."""

from hypothesis import given
from hypothesis import strategies as st
from onloop.held import Held


def test_what_is_put_is_there_until_it_is_dropped() -> None:
    held = Held[bytes](100)
    held.put(b"key", b"entry", len(b"entry"))
    assert held.get(b"key") == b"entry"
    held.drop(b"key")
    held.drop(b"key")
    assert held.get(b"key") is None


def test_what_was_used_longest_ago_goes_first() -> None:
    held = Held[bytes](4 * 3)
    for key in (b"a", b"b", b"c"):
        held.put(key, b"123", len(b"123"))
    held.get(b"a")
    held.put(b"d", b"123", len(b"123"))
    assert [key for key in (b"a", b"b", b"c", b"d") if held.get(key)] == [b"a", b"c", b"d"]


def test_what_is_too_large_displaces_nothing_but_what_lay_there() -> None:
    held = Held[bytes](10)
    held.put(b"a", b"123", len(b"123"))
    held.put(b"b", b"123", len(b"123"))
    held.put(b"b", b"1234567890", len(b"1234567890"))
    assert held.get(b"a") == b"123"
    assert held.get(b"b") is None


def test_an_entry_may_be_empty() -> None:
    held = Held[bytes](10)
    held.put(b"a", b"", len(b""))
    assert held.get(b"a") == b""


KEYS = st.sampled_from([b"a", b"bb", b"ccc"])


@given(st.lists(st.tuples(st.sampled_from(["put", "get", "drop"]), KEYS, st.integers(0, 12))))
def test_it_holds_the_newest_up_to_its_size_whatever_is_done(steps: list[tuple[str, bytes, int]]) -> None:
    most, held = 12, Held[bytes](12)
    # The same as a list, the last used at its end.
    expected: dict[bytes, bytes] = {}
    for step, key, size in steps:
        if step == "put":
            entry = bytes(size)
            held.put(key, entry, len(entry))
            expected.pop(key, None)
            if len(key) + size <= most:
                expected[key] = entry
                while sum(len(k) + len(e) for k, e in expected.items()) > most:
                    del expected[next(iter(expected))]
        elif step == "drop":
            held.drop(key)
            expected.pop(key, None)
        else:
            assert held.get(key) == expected.get(key)
            if key in expected:
                expected[key] = expected.pop(key)
