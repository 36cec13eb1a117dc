"""The vocabulary: weighted as the rows are, and committed as the load scripts read it."""

from collections import Counter

import pytest
from dataset.faking import build_pools
from dataset.rows import make_rows
from dataset.vocabulary import as_json, vocabulary

from scalebed.paths import ROOT

COMMITTED = ROOT / "loadtest" / "k6" / "vocabulary.json"


def test_the_committed_file_has_not_drifted() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == as_json(), (
        "the pools have changed: run `python -m dataset.vocabulary > ../loadtest/k6/vocabulary.json` in apps/"
    )


def test_each_kind_is_short_and_ranked() -> None:
    words = vocabulary()
    assert set(words) == {"last_names", "first_names", "cities", "countries", "digits"}
    for weighted in words.values():
        assert 0 < len(weighted) <= 200
        weights = [weight for _, weight in weighted]
        assert weights == sorted(weights, reverse=True)
        assert 0 < sum(weights) <= 1.0001


def test_weights_are_the_shares_among_rows() -> None:
    pools, count = build_pools(), 100_000
    rows = make_rows(pools, 7, 1, count)
    last_names = Counter(pools.last_name.entries[index][0] for index in rows.last_name)
    cities = Counter(pools.place.entries[index][0] for index in rows.place)
    words = vocabulary()
    for weighted, counts in ((words["last_names"], last_names), (words["cities"], cities)):
        for word, weight in weighted[:20]:
            assert counts[word] / count == pytest.approx(weight, rel=0.2)


def test_digits_are_found() -> None:
    rows = make_rows(build_pools(), 7, 1, 500)
    haystacks = [f"CUST-{number:012X}" for number in rows.customer_number] + [f"{phone:07d}" for phone in rows.phone]
    for run, _ in vocabulary()["digits"]:
        assert run.isdecimal()
        assert any(run in haystack for haystack in haystacks)
