"""Moving points between two contacts."""

from collections.abc import Mapping

from .contact import MAX_POINTS
from .errors import InvalidError


def transferred(balances: Mapping[int, int], sender: int, receiver: int, amount: int) -> dict[int, int]:
    """Both balances after `amount` points went from `sender` to `receiver`.

    `balances` maps the ids of the contacts that have a relationship to their points. Raises `InvalidError` naming
    `from`, `to` or `points`.
    """
    if sender == receiver:
        raise InvalidError({"to": ["Points move between two different contacts."]})
    for name, contact_id in (("from", sender), ("to", receiver)):
        if contact_id not in balances:
            raise InvalidError({name: ["There is no such contact, or it has no relationship."]})
    if balances[sender] < amount:
        raise InvalidError({"points": ["The sender does not have enough points."]})
    if balances[receiver] + amount > MAX_POINTS:
        raise InvalidError({"points": [f"The receiver would have more than {MAX_POINTS} points."]})
    return {sender: balances[sender] - amount, receiver: balances[receiver] + amount}
