"""What a study compares, and in which order. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from scalebed.messages import UserError

BASELINE = "baseline"
BULK = 2000
"""Contacts of one bulk insert."""
WRITES: Mapping[str, str] = {
    "insert": "a contact with its address and points, a transaction",
    "bulk": f"contacts in transactions of {BULK:,}",
    "update-indexed": "the last name, which every strategy but the baseline indexes",
    "update-unindexed": "a column that no strategy indexes",
    "update-points": "points, of another table",
    "update-city": "the city, of another table",
}
"""What is written, by kind; each but `bulk` is a transaction a write."""


class StudyError(UserError):
    """One sentence: what cannot be studied, and what can."""


class Strategy(BaseModel):
    """A named set of database objects, as values of the switches that ask for them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    description: str
    switches: Mapping[str, str]


class Study(BaseModel):
    """One comparison; two that are equal may share their results."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    contacts: int = Field(ge=100)
    seed: int
    blocks: int = Field(ge=1)
    variants: tuple[str, ...]
    strategies: tuple[Strategy, ...]
    repeats: int = 7
    """Warm requests of a question in a block."""
    cold: int = 1
    """Cold ones."""
    budget_s: float = 3.0
    """After so many seconds of warm requests a question is not asked again."""
    writes: int = 300
    """How many of each kind of write, in a block."""


class Step(BaseModel):
    """One thing to measure: the questions of a variant (`read`), or the writes, which are no variant's."""

    model_config = ConfigDict(frozen=True)

    block: int
    kind: Literal["read", "write"]
    strategy: str
    variant: str = ""

    @property
    def id(self) -> str:
        """Also the name of its file."""
        return "-".join(filter(None, (f"b{self.block:02d}", self.kind, self.variant, self.strategy)))


def read_strategies(file: Path) -> dict[str, Strategy]:
    """Every strategy of a strategies.toml, by its name."""
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        name: Strategy(
            name=name,
            description=entry["description"],
            switches={switch: str(value) for switch, value in entry.items() if switch != "description"},
        )
        for name, entry in entries.items()
    }


def chosen(known: Mapping[str, Strategy], names: str) -> tuple[Strategy, ...]:
    """Those with these names (separated by commas; empty: all) in the order of the file, the baseline among them.

    Raises `StudyError` for a name that does not exist.
    """
    wanted = {name.strip() for name in names.split(",") if name.strip()} or set(known)
    for name in sorted(wanted - known.keys()):
        raise StudyError(f"there is no strategy {name!r}; the strategies are {', '.join(known)}")
    # Without it there is nothing to compare with.
    return tuple(strategy for name, strategy in known.items() if name in wanted | {BASELINE})


def order(study: Study) -> list[Step]:
    """Every step of every block, each block in a random order of its own that the seed decides."""
    steps: list[Step] = []
    for block in range(1, study.blocks + 1):
        of_block = [
            *(
                Step(block=block, kind="read", strategy=s.name, variant=v)
                for v in study.variants
                for s in study.strategies
            ),
            *(Step(block=block, kind="write", strategy=s.name) for s in study.strategies),
        ]
        generator = np.random.default_rng([study.seed, block])
        steps += [of_block[place] for place in generator.permutation(len(of_block))]
    return steps
