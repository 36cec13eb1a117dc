"""Pools filled by Faker, once and seeded.

What Faker makes changes with its version, so a pool's digest is part of the
dataset's identity.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.metadata import version
from itertools import product

import numpy as np
from faker import Faker
from numpy.typing import NDArray

from dataset.locales import LOCALES, Locale
from dataset.pools import Pool, Pools

# The pools are the same for every dataset; a dataset's seed decides what is drawn from them.
FAKER_SEED = 20_250_101
FAKER_VERSION = version("faker")
NAMES, LAST_NAMES, STREETS, CITIES = 300, 500, 250, 150
CODES_PER_CITY = 6


def _zipf(count: int, flatness: int) -> NDArray[np.float64]:
    """Cumulative probabilities of `count` ranks, the r-th weighing 1 / (r + flatness) (Zipf–Mandelbrot, exponent 1).

    Only sums and quotients, which IEEE 754 rounds alike on every machine; powers and logarithms it does not.
    """
    sums = np.cumsum(1.0 / (np.arange(1, count + 1) + flatness))
    cumulative: NDArray[np.float64] = sums / sums[-1]
    cumulative[-1] = 1.0
    return cumulative


def _pool(groups: Iterable[Sequence[tuple[str, ...]]], flatness: int) -> Pool:
    entries: list[tuple[str, ...]] = []
    cumulative = []
    for number, group in enumerate(groups):
        entries += group
        cumulative.append(number + _zipf(len(group), flatness))
    return Pool(tuple(entries), np.concatenate(cumulative))


def _distinct(draw: Callable[[], str], most: int, length: int = 100) -> list[str]:
    """Up to `most` different texts in the order they come, blanks tidied, none longer than its column."""
    texts = dict.fromkeys(" ".join(draw().split()) for _ in range(2 * most))
    return [text for text in texts if 0 < len(text) <= length and "\0" not in text][:most]


def _places(fake: Faker, country: str) -> list[tuple[str, ...]]:
    """(city, city_code, country), the codes of one city side by side."""
    cities = _distinct(fake.city, CITIES)
    return [(city, " ".join(fake.postcode().split())[:16], country) for city in cities for _ in range(CODES_PER_CITY)]


def _place_pool(groups: Sequence[Sequence[tuple[str, ...]]]) -> Pool:
    """Cities skewed, the codes of a city alike."""
    cities = _pool([group[::CODES_PER_CITY] for group in groups], flatness=1)
    starts = np.repeat(np.concatenate([[0.0], cities.cumulative[:-1]]), CODES_PER_CITY)
    steps = np.tile(np.arange(1, CODES_PER_CITY + 1) / CODES_PER_CITY, len(cities.entries))
    cumulative = starts + steps * np.repeat(cities.weights(), CODES_PER_CITY)
    cumulative[CODES_PER_CITY - 1 :: CODES_PER_CITY] = cities.cumulative
    return Pool(tuple(entry for group in groups for entry in group), cumulative)


def _fake(locale: str) -> Faker:
    fake = Faker(locale)
    fake.seed_instance(FAKER_SEED)
    return fake


def _singles(texts: Iterable[str]) -> list[tuple[str, ...]]:
    return [(text,) for text in texts]


def _prefixes(locale: Locale) -> list[tuple[str, ...]]:
    return _singles(f"+{locale.dial}{prefix}" for prefix in locale.mobile)


@cache
def build_pools() -> Pools:
    """The pools of every locale; takes about a second, once in a process."""
    shares = np.cumsum([locale.share for locale in LOCALES])
    people = [_fake(locale.names) for locale in LOCALES]
    towns = [_fake(locale.places) for locale in LOCALES]
    numbers = [f"{number}{letter}" for number, letter in product(range(1, 121), ("", "a", "b"))]
    return Pools(
        locale=Pool(tuple(_singles(locale.names for locale in LOCALES)), shares / shares[-1]),
        male=_pool([_singles(_distinct(fake.first_name_male, NAMES)) for fake in people], flatness=4),
        female=_pool([_singles(_distinct(fake.first_name_female, NAMES)) for fake in people], flatness=4),
        last_name=_pool([_singles(_distinct(fake.last_name, LAST_NAMES)) for fake in people], flatness=8),
        phone_prefix=_pool([_prefixes(locale) for locale in LOCALES], flatness=1),
        street=_pool(
            [
                _singles(_distinct(getattr(fake, locale.street), STREETS))
                for fake, locale in zip(towns, LOCALES, strict=True)
            ],
            flatness=6,
        ),
        street_number=_pool([_singles(numbers)], flatness=20),
        place=_place_pool([_places(fake, locale.country) for fake, locale in zip(towns, LOCALES, strict=True)]),
    )
