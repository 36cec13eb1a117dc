from scalebed.records.fingerprints import completed, unlike

KNOWN = {"engine": "kubernetes", "images": {"k6": "a"}, "host": {"cores": 2, "load_average": "0.1"}}


def test_what_becomes_known_is_added_and_nothing_replaced() -> None:
    now = {"engine": "local", "images": {"k6": "b", "naive": "c"}, "pool": 8}
    assert completed(KNOWN, now) == {**KNOWN, "images": {"k6": "a", "naive": "c"}, "pool": 8}
    assert KNOWN["images"] == {"k6": "a"}


def test_only_what_both_know_is_compared() -> None:
    assert unlike(KNOWN, {**KNOWN, "images": {"naive": "c"}, "pool": 8}) == []


def test_differences_are_named_where_they_are() -> None:
    now = {"engine": "local", "images": {"k6": "b"}, "host": {"cores": 2, "load_average": "0.1"}}
    assert unlike(KNOWN, now) == ["engine", "images.k6"]


def test_the_load_of_a_moment_is_no_difference() -> None:
    assert unlike(KNOWN, {"host": {"cores": 4, "load_average": "1.9"}}) == ["host.cores"]
