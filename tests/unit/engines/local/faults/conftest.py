from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A cell of two replicas with all parts."""
    made = Stage(tmp_path)
    yield made
    made.close()
