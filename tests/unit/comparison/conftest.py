from __future__ import annotations

from pathlib import Path

import pytest
from compared import Measure
from synthetic import ladder


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    """Writes run directories."""
    return Measure(tmp_path)


@pytest.fixture(scope="session")
def climbed_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An ablation with its control."""
    return str(ladder(tmp_path_factory.mktemp("climbed") / "run").write().path)
