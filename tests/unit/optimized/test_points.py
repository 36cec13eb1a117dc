"""Moving points: none is lost or made, and nobody goes below nothing or above the largest balance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from optimized.contacts.domain.contact import MAX_POINTS
from optimized.contacts.domain.errors import InvalidError
from optimized.contacts.domain.points import transferred

balance = st.integers(0, MAX_POINTS)


@given(balance, balance, st.integers(1, MAX_POINTS))
def test_points_are_kept_or_the_transfer_is_refused(sender: int, receiver: int, amount: int) -> None:
    before = {1: sender, 2: receiver}
    if amount > sender or receiver + amount > MAX_POINTS:
        with pytest.raises(InvalidError) as refused:
            transferred(before, 1, 2, amount)
        assert list(refused.value.errors) == ["points"]
    else:
        after = transferred(before, 1, 2, amount)
        assert after == {1: sender - amount, 2: receiver + amount}
    assert before == {1: sender, 2: receiver}


@pytest.mark.parametrize(
    ("sender", "receiver", "field"), [(1, 1, "to"), (1, 3, "to"), (3, 1, "from"), (3, 4, "from"), (3, 3, "to")]
)
def test_the_two_are_different_contacts_that_have_points(sender: int, receiver: int, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        transferred({1: 10, 2: 10}, sender, receiver, 1)
    assert list(refused.value.errors) == [field]
