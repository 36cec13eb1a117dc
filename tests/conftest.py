"""What holds for every test."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A busy machine draws and runs examples slowly; that says nothing about the code.
settings.register_profile("scalebed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("scalebed")

OF_REAL_PARTS = [Path(__file__).parent / name for name in ("e2e", "local")]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where --max-suite-reruns allows any, as in CI, a failed test of real parts is made once more: decision 23."""
    if not config.getoption("max_suite_reruns"):
        return
    for item in items:
        if any(item.path.is_relative_to(folder) for folder in OF_REAL_PARTS):
            item.add_marker(pytest.mark.flaky(reruns=1))
