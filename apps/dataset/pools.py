"""The values that rows are drawn from: names, streets and places by locale, each with its weight."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pool:
    """Entries of one field (or of several that belong together) in groups, one group after the other.

    `entries[i]` is a tuple of field values; `cumulative` (float64, as long as `entries`) grows from g to g+1 over
    the entries of group g, so that one binary search finds an entry of any group.
    """

    entries: tuple[tuple[str, ...], ...]
    cumulative: NDArray[np.float64]

    def draw(self, group: NDArray[np.int64], chance: NDArray[np.float64]) -> NDArray[np.int64]:
        """Indices of the entries at these chances (in [0, 1), multiples of 2⁻³²) of these groups."""
        return np.searchsorted(self.cumulative, group + chance, side="right").astype(np.int64)

    def weights(self) -> NDArray[np.float64]:
        """Each entry's probability within its group."""
        return np.diff(self.cumulative, prepend=0.0)


@dataclass(frozen=True)
class Pools:
    """Everything that rows are drawn from; the groups are the locales, in their order."""

    locale: Pool
    male: Pool
    female: Pool
    last_name: Pool
    phone_prefix: Pool
    street: Pool
    street_number: Pool
    """One group, whatever the locale."""
    place: Pool
    """(city, city_code, country)."""

    def digest(self) -> str:
        """A SHA-256 over every entry and every weight, in hex."""
        digest = hashlib.sha256()
        for field in fields(self):
            pool: Pool = getattr(self, field.name)
            digest.update(repr((field.name, pool.entries)).encode())
            digest.update(pool.cumulative.astype("<f8").tobytes())
        return digest.hexdigest()
