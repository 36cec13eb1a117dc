"""The pools: clean, consistent, and the same in every process."""

import os
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pytest
from dataset.faking import build_pools
from dataset.locales import LOCALES
from dataset.pools import Pool

from scalebed.paths import ROOT

APPS = ROOT / "apps"
LENGTHS = {"street_number": (16,), "place": (100, 16, 100)}
NAMES = [field.name for field in fields(build_pools())]


def pool(name: str) -> Pool:
    found: Pool = getattr(build_pools(), name)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_texts_fit_their_columns_and_are_tidy(name: str) -> None:
    for entry in pool(name).entries:
        for text, length in zip(entry, LENGTHS.get(name, (100,)), strict=True):
            assert 0 < len(text) <= length
            assert text == " ".join(text.split())
            assert "\0" not in text


@pytest.mark.parametrize("name", NAMES)
def test_every_entry_can_be_drawn(name: str) -> None:
    found = pool(name)
    assert len(found.cumulative) == len(found.entries)
    assert np.all(found.weights() > 0)
    groups = 1 if name in {"locale", "street_number"} else len(LOCALES)
    assert found.cumulative[-1] == groups


def test_a_draw_stays_in_its_group() -> None:
    places = pool("place")
    groups = np.arange(len(LOCALES), dtype=np.int64)
    for chance in (0.0, 1 - 2.0**-32):
        drawn = places.draw(groups, np.full(len(LOCALES), chance))
        assert [places.entries[index][2] for index in drawn] == [locale.country for locale in LOCALES]


def test_many_scripts_are_there() -> None:
    text = "".join(entry[0] for entry in pool("last_name").entries)
    assert all(letter in text for letter in "öéñłçσ中")


def test_every_process_makes_the_same_pools() -> None:
    # Some of Faker's values come from sets, whose order depends on this seed of Python's.
    digests = {
        subprocess.run(
            [sys.executable, "-c", "from dataset.faking import build_pools; print(build_pools().digest())"],
            env={**os.environ, "PYTHONPATH": str(APPS), "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert digests == {f"{build_pools().digest()}\n".encode()}
