"""Many searches at once: all cores work at batches of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby
from typing import TypeVar

_AT_ONCE = 25
_Job = TypeVar("_Job")
_Made = TypeVar("_Made")


def made(
    batch: Callable[[tuple[_Job, range]], list[_Made]], jobs: Sequence[_Job], searches: int, workers: int | None
) -> Iterator[tuple[_Job, list[_Made]]]:
    """What so many searches of each job came to, in the jobs' order; `batch` makes those with the numbers it is given.

    `batch` is a function of a module, and jobs differ. As many `workers` as cores where that is None.
    """
    tasks = [
        (job, range(first, min(first + _AT_ONCE, searches))) for job in jobs for first in range(0, searches, _AT_ONCE)
    ]
    with ProcessPoolExecutor(workers or os.cpu_count()) as pool:
        done = zip(tasks, pool.map(batch, tasks), strict=True)
        for job, batches in groupby(done, key=lambda each: each[0][0]):
            yield job, [each for _, some in batches for each in some]
