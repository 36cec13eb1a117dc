from __future__ import annotations

from pathlib import Path

import pytest
from synthetic import two_variants

from scalebed.results import RunDirectory


@pytest.fixture(scope="session")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """`naive` and `optimized` at 1, 2 and 4 replicas in five blocks, complete."""
    return two_variants(tmp_path_factory.mktemp("replicas")).write()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"
