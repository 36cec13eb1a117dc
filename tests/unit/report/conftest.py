from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import alone, by_users, ladder, two_variants

from scalebed.records.run_directory import RunDirectory


@pytest.fixture(scope="session")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """`naive` and `optimized` at 1, 2 and 4 replicas in five blocks, complete."""
    return two_variants(tmp_path_factory.mktemp("replicas")).write()


@pytest.fixture(scope="session")
def climbed(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """A ladder with its control and two capacities, complete."""
    return ladder(tmp_path_factory.mktemp("ladder")).write()


@pytest.fixture(scope="session")
def left_out(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """Each of three switches off alone, a pair, and a control, complete."""
    return alone(tmp_path_factory.mktemp("alone")).write()


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """Two variants at two numbers of users, complete."""
    return by_users(tmp_path_factory.mktemp("users")).write()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"
