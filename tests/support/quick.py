"""Tests of one kind, of which CI runs a few and leaves the others to the whole suites."""

from collections.abc import Collection, Iterable

import pytest


def of_these_quick(names: Iterable[str], quick: Collection[str]) -> list[object]:
    """All of them to parametrize with; those that are not `quick` are marked as thorough."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.thorough) for name in names]
