"""Rows depend on the seed and their id alone, and look as the contract says."""

from dataclasses import fields

import numpy as np
import pytest
from dataset.faking import build_pools
from dataset.pools import Pools
from dataset.rows import FIRST_CREATED, LAST_CREATED, LAST_MOMENT, Rows, make_rows
from hypothesis import given
from hypothesis import strategies as st

MANY = 50_000


@pytest.fixture(scope="module")
def pools() -> Pools:
    return build_pools()


@pytest.fixture(scope="module")
def rows(pools: Pools) -> Rows:
    return make_rows(pools, 7, 1, MANY)


@given(seed=st.integers(0, 2**64 - 1), cuts=st.lists(st.integers(1, 400), min_size=1, max_size=5))
def test_pieces_make_up_the_whole(seed: int, cuts: list[int]) -> None:
    pools = build_pools()
    whole = make_rows(pools, seed, 1, sum(cuts))
    pieces, first = [], 1
    for count in cuts:
        pieces.append(make_rows(pools, seed, first, count))
        first += count
    for field in fields(Rows):
        joined = np.concatenate([getattr(piece, field.name) for piece in pieces])
        np.testing.assert_array_equal(joined, getattr(whole, field.name))


def test_seeds_give_different_rows(pools: Pools, rows: Rows) -> None:
    other = make_rows(pools, 8, 1, MANY)
    assert np.mean(other.created == rows.created) < 0.001
    assert np.mean(other.place == rows.place) < 0.1


def test_the_first_contact_of_seed_7_never_changes(pools: Pools, rows: Rows) -> None:
    # Whatever changes this changes every dataset, and GENERATOR with it.
    assert int(rows.customer_number[0]) == 0xF55479A2BDDF
    assert int(rows.phone[0]) == 6942509
    assert int(rows.created[0]) == 1446217142
    assert int(rows.points[0]) == 137
    assert pools.locale.entries[0] == ("de_DE",)


def test_some_lack_an_address_or_a_relationship_independently(rows: Rows) -> None:
    without_address, without_relationship = ~rows.has_address, ~rows.has_relationship
    assert without_address.mean() == pytest.approx(0.05, abs=0.005)
    assert without_relationship.mean() == pytest.approx(0.10, abs=0.007)
    assert (without_address & without_relationship).mean() == pytest.approx(0.005, abs=0.002)


def test_times_are_ordered_and_within_fixed_ranges(rows: Rows) -> None:
    assert rows.created.min() >= FIRST_CREATED
    assert rows.created.max() <= LAST_CREATED
    assert np.all(rows.created <= rows.last_updated)
    assert np.all(rows.created <= rows.related)
    assert np.all(rows.related <= rows.last_activity)
    assert max(rows.last_updated.max(), rows.last_activity.max()) <= LAST_MOMENT
    for times in (rows.created, rows.last_updated, rows.last_activity):
        assert len(np.unique(times)) > 0.97 * MANY


def test_names_are_skewed_and_follow_the_gender(pools: Pools, rows: Rows) -> None:
    counts = np.sort(np.unique(rows.last_name, return_counts=True)[1])[::-1]
    assert counts[:100].sum() > 5 * counts[-1000:].sum()
    assert np.all(rows.first_name[rows.gender == b"M"] >= 0)
    assert np.all(rows.first_name[rows.gender == b"F"] < 0)
    assert (rows.gender == b"O").mean() == pytest.approx(0.02, abs=0.003)
    assert rows.first_name.max() < len(pools.male.entries)
    assert -1 - rows.first_name.min() < len(pools.female.entries)


def test_points_are_skewed(rows: Rows) -> None:
    assert rows.points.min() >= 0
    assert np.median(rows.points) == pytest.approx(250, rel=0.05)
    assert rows.points.mean() > 3 * np.median(rows.points)
    assert rows.points.max() < 100_000


def test_ids_are_unique_and_never_the_contacts(rows: Rows) -> None:
    for ids in (rows.address_id, rows.relationship_id):
        assert len(np.unique(ids)) == MANY
        assert ids.min() >= 1
        assert not np.any(ids == rows.id)
