"""Customer ids that look random and never repeat."""

import numpy as np
from numpy.typing import NDArray

ROUNDS = 4
HALF = np.uint64(24)
MASK = np.uint64((1 << 24) - 1)
# Odd constants with well-mixed bits: the golden ratio's, and the two of MurmurHash3's 64-bit finaliser.
GOLDEN = 0x9E3779B97F4A7C15
MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


def _scramble(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """MurmurHash3's finaliser (Appleby): every bit in moves every bit out."""
    for factor in MIX:
        values = (values ^ (values >> np.uint64(33))) * factor
    return values ^ (values >> np.uint64(33))


def customer_numbers(seed: int, ids: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A 48-bit number for each id below 2⁴⁸; different ids never share one.

    A Feistel network over two halves of 24 bits (Luby & Rackoff 1988: four rounds of a random function make a
    permutation that looks random), whatever the round function is.
    """
    left, right = (ids >> HALF) & MASK, ids & MASK
    for number in range(ROUNDS):
        key = np.uint64((seed + (number + 1) * GOLDEN) % (1 << 64))
        left, right = right, left ^ (_scramble(right ^ key) & MASK)
    return (left << HALF) | right
