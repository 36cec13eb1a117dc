"""Moving points: none is lost or made, and nobody goes below nothing or above the largest balance."""

import pytest
from contract.document import MAX_POINTS
from contract.errors import InvalidError
from contract.rules import transferred
from hypothesis import given
from hypothesis import strategies as st

balance = st.integers(0, MAX_POINTS)


@given(balance, balance, st.integers(1, MAX_POINTS))
def test_points_are_kept_or_the_transfer_is_refused(sender: int, receiver: int, amount: int) -> None:
    before = {1: sender, 2: receiver}
    if amount > sender or receiver + amount > MAX_POINTS:
        with pytest.raises(InvalidError) as refused:
            transferred(before, 1, 2, amount)
        assert list(refused.value.body) == ["points"]
    else:
        assert transferred(before, 1, 2, amount) == (sender - amount, receiver + amount)
    assert before == {1: sender, 2: receiver}


@pytest.mark.parametrize(
    ("sender", "receiver", "field"), [(1, 1, "to"), (1, 3, "to"), (3, 1, "from"), (3, 4, "from"), (3, 3, "to")]
)
def test_the_two_are_different_contacts_that_have_points(sender: int, receiver: int, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        transferred({1: 10, 2: 10}, sender, receiver, 1)
    assert list(refused.value.body) == [field]
