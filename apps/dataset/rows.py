"""Row i of the dataset, from the seed and i alone.

Every row owns a fixed stretch of the Philox counter (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
SC 2011), so any worker can make any rows, and a dataset is the beginning of every larger one with its seed.
Randomness is used as whole numbers and exact quotients only: no machine rounds them differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, auto

import numpy as np
from numpy.typing import NDArray

from dataset.customer_ids import customer_numbers
from dataset.pools import Pools

GENERATOR = 1
"""The version of this recipe; it changes whenever any row does."""

# 64-bit words a row, a multiple of the four that one step of Philox makes; each is two draws of 32 bits.
WORDS = 12
STEPS = WORDS // 4

WITHOUT_ADDRESS = 0.05
WITHOUT_RELATIONSHIP = 0.10
MALE, FEMALE = 0.485, 0.98  # and the rest is O

PHONE_DIGITS = 7
TYPICAL_POINTS = 250  # the median; the largest is near 400 times that
POINTS_TAIL = 0.9975


def _seconds(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


DAY = 86_400
FIRST_CREATED, LAST_CREATED = _seconds(2015), _seconds(2025) - 1
LAST_MOMENT = _seconds(2026) - 1
FIRST_BIRTHDAY, LAST_BIRTHDAY = _seconds(1940) // DAY, _seconds(2008) // DAY - 1


class Draw(IntEnum):
    """What each of a row's draws decides."""

    LOCALE = 0
    GENDER = auto()
    FIRST_NAME = auto()
    FIRST_NAME_OF = auto()
    LAST_NAME = auto()
    PHONE_PREFIX = auto()
    PHONE = auto()
    BIRTHDAY = auto()
    BIRTHDAY_TOO = auto()
    CREATED = auto()
    UPDATED = auto()
    ADDRESS = auto()
    STREET = auto()
    STREET_NUMBER = auto()
    PLACE = auto()
    RELATIONSHIP = auto()
    POINTS = auto()
    RELATED = auto()
    ACTIVE = auto()


@dataclass(frozen=True)
class Rows:
    """Contacts as columns of equal length; texts are indices into the pools, times are Unix seconds.

    Ids of addresses and relationships differ from the contact's, so that mixing them up shows. Masks say who has
    an address or a relationship; the columns of those who have none hold values that nobody uses.
    """

    id: NDArray[np.int64]
    first_name: NDArray[np.int64]
    """Index into the male pool, or -1 - index into the female one."""
    last_name: NDArray[np.int64]
    gender: NDArray[np.bytes_]
    customer_number: NDArray[np.uint64]
    phone_prefix: NDArray[np.int64]
    phone: NDArray[np.int64]
    birthday: NDArray[np.int64]
    """Days since 1970."""
    created: NDArray[np.int64]
    last_updated: NDArray[np.int64]
    has_address: NDArray[np.bool_]
    address_id: NDArray[np.int64]
    street: NDArray[np.int64]
    street_number: NDArray[np.int64]
    place: NDArray[np.int64]
    has_relationship: NDArray[np.bool_]
    relationship_id: NDArray[np.int64]
    points: NDArray[np.int64]
    related: NDArray[np.int64]
    last_activity: NDArray[np.int64]


def _draws(seed: int, first: int, count: int) -> NDArray[np.uint64]:
    """Draws of 32 bits, shape (24, count)."""
    words = np.random.Philox(key=seed, counter=(first - 1) * STEPS).random_raw(count * WORDS)
    halves = words.astype("<u8", copy=False).view("<u4").reshape(count, 2 * WORDS)
    return np.ascontiguousarray(halves.T).astype(np.uint64)


def _between(
    draw: NDArray[np.uint64], low: NDArray[np.int64] | int, high: NDArray[np.int64] | int
) -> NDArray[np.int64]:
    """Whole numbers from low to high, both included; the span must be below 2³²."""
    span = np.asarray(high - low + 1).astype(np.uint64)
    return low + ((draw * span) >> np.uint64(32)).astype(np.int64)


def _squared(draw: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Draws that crowd towards nought."""
    return (draw * draw) >> np.uint64(32)


def make_rows(pools: Pools, seed: int, first: int, count: int) -> Rows:
    """The contacts with ids first to first + count - 1; seeds are whole numbers from 0 to 2⁶⁴ - 1."""
    draws = _draws(seed, first, count)
    chances = draws / 2.0**32
    ids = np.arange(first, first + count, dtype=np.int64)
    everyone = np.zeros(count, dtype=np.int64)
    locale = pools.locale.draw(everyone, chances[Draw.LOCALE])
    gender = chances[Draw.GENDER]
    is_other = gender >= FEMALE
    is_male = (gender < MALE) | (is_other & (chances[Draw.FIRST_NAME_OF] < 0.5))
    male = pools.male.draw(locale, chances[Draw.FIRST_NAME])
    female = pools.female.draw(locale, chances[Draw.FIRST_NAME])
    created = _between(draws[Draw.CREATED], FIRST_CREATED, LAST_CREATED)
    related = _between(_squared(draws[Draw.RELATED]), created, LAST_MOMENT)
    tail = POINTS_TAIL * chances[Draw.POINTS]
    return Rows(
        id=ids,
        first_name=np.where(is_male, male, -1 - female),
        last_name=pools.last_name.draw(locale, chances[Draw.LAST_NAME]),
        gender=np.where(is_other, b"O", np.where(is_male, b"M", b"F")),
        customer_number=customer_numbers(seed, ids.astype(np.uint64)),
        phone_prefix=pools.phone_prefix.draw(locale, chances[Draw.PHONE_PREFIX]),
        phone=_between(draws[Draw.PHONE], 0, 10**PHONE_DIGITS - 1),
        birthday=_between(
            (draws[Draw.BIRTHDAY] + draws[Draw.BIRTHDAY_TOO]) >> np.uint64(1), FIRST_BIRTHDAY, LAST_BIRTHDAY
        ),
        created=created,
        last_updated=_between(_squared(draws[Draw.UPDATED]), created, LAST_MOMENT),
        has_address=chances[Draw.ADDRESS] >= WITHOUT_ADDRESS,
        address_id=((ids - 1) ^ 1) + 1,
        street=pools.street.draw(locale, chances[Draw.STREET]),
        street_number=pools.street_number.draw(everyone, chances[Draw.STREET_NUMBER]),
        place=pools.place.draw(locale, chances[Draw.PLACE]),
        has_relationship=chances[Draw.RELATIONSHIP] >= WITHOUT_RELATIONSHIP,
        relationship_id=((ids - 1) ^ 2) + 1,
        points=np.floor(TYPICAL_POINTS * tail / (1.0 - tail)).astype(np.int64),
        related=related,
        last_activity=LAST_MOMENT - _between(_squared(draws[Draw.ACTIVE]), 0, LAST_MOMENT - related),
    )
