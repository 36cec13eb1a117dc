"""Customer numbers: different ids never share one, and they look random."""

import numpy as np
from dataset.customer_ids import customer_numbers
from hypothesis import given
from hypothesis import strategies as st


@given(seed=st.integers(0, 2**64 - 1), first=st.integers(1, 2**48 - 20_000))
def test_no_two_ids_share_a_number(seed: int, first: int) -> None:
    numbers = customer_numbers(seed, np.arange(first, first + 10_000, dtype=np.uint64))
    assert len(np.unique(numbers)) == 10_000
    assert numbers.max() < 2**48


def test_none_repeats_among_three_million() -> None:
    numbers = customer_numbers(7, np.arange(1, 3_000_001, dtype=np.uint64))
    assert len(np.unique(numbers)) == 3_000_000


def test_every_bit_is_set_about_half_of_the_time() -> None:
    numbers = customer_numbers(7, np.arange(1, 100_001, dtype=np.uint64))
    shares = [((numbers >> np.uint64(bit)) & np.uint64(1)).mean() for bit in range(48)]
    # The standard deviation of such a share is 0.0016.
    assert all(abs(share - 0.5) < 0.01 for share in shares)


def test_seeds_give_different_numbers() -> None:
    ids = np.arange(1, 1001, dtype=np.uint64)
    assert not np.any(customer_numbers(7, ids) == customer_numbers(8, ids))
