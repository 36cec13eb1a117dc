"""What people would look for: values of the dataset with their share of the contacts, for the load scripts.

`python -m dataset.vocabulary` prints it; the copy that the scripts read is committed and checked for drift.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from dataset.faking import build_pools
from dataset.pools import Pool, Pools
from dataset.rows import FEMALE, MALE, PHONE_DIGITS, make_rows

MOST = 200
# Runs of digits, as many from customer ids as from phone numbers. Many customer ids have no run as long.
FRAGMENTS, FRAGMENT = 100, 5
ROWS = 500
# Fragments are taken from the first contacts, which every size of dataset has; the seed is the default one.
SEED = 7

Weighted = list[tuple[str, float]]


def _heaviest(weighted: Iterable[tuple[str, float]]) -> Weighted:
    """The values that weigh most, equal ones added up; ties by value, so that the order is always the same."""
    sums: dict[str, float] = defaultdict(float)
    for value, weight in weighted:
        sums[value] += weight
    ranked = sorted(((value, round(weight, 7)) for value, weight in sums.items()), key=lambda pair: (-pair[1], pair[0]))
    return ranked[:MOST]


def _shares(pools: Pools, pool: Pool, field: int = 0, factor: float = 1.0) -> Weighted:
    """Every entry's field with the share of all contacts that have it, times the factor."""
    groups = np.ceil(pool.cumulative - 1e-9).astype(np.int64) - 1
    shares = pools.locale.weights()[groups] * pool.weights() * factor
    return [(entry[field], float(share)) for entry, share in zip(pool.entries, shares, strict=True)]


def _digits(texts: Iterable[str]) -> list[str]:
    """A run of decimal digits from each text that has one, now from further front and now from further back."""
    runs = []
    for number, text in enumerate(texts):
        places = len(text) - FRAGMENT + 1
        windows = [text[(number + place) % places :][:FRAGMENT] for place in range(places)]
        runs += [window for window in windows if window.isdecimal()][:1]
    return runs[:FRAGMENTS]


def vocabulary() -> dict[str, Weighted]:
    """Up to 200 (value, weight) of each kind, heaviest first; weights are shares of the contacts, or equal."""
    pools = build_pools()
    rows = make_rows(pools, SEED, 1, ROWS)
    digits = _digits(f"{number:012X}" for number in rows.customer_number)
    digits += _digits(f"{number:0{PHONE_DIGITS}d}" for number in rows.phone)
    men = MALE + (1 - FEMALE) / 2
    return {
        "last_names": _heaviest(_shares(pools, pools.last_name)),
        "first_names": _heaviest(
            [*_shares(pools, pools.male, factor=men), *_shares(pools, pools.female, factor=1 - men)]
        ),
        "cities": _heaviest(_shares(pools, pools.place)),
        "countries": _heaviest(_shares(pools, pools.place, field=2)),
        "digits": _heaviest((run, 1 / len(digits)) for run in digits),
    }


def as_json() -> str:
    """The vocabulary as the committed file has it: a value a line."""
    kinds = []
    for kind, weighted in vocabulary().items():
        lines = ",\n".join(f"    {json.dumps(pair, ensure_ascii=False)}" for pair in weighted)
        kinds.append(f"  {json.dumps(kind)}: [\n{lines}\n  ]")
    return "{\n" + ",\n".join(kinds) + "\n}\n"


if __name__ == "__main__":
    print(as_json(), end="")
