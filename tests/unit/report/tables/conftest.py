from __future__ import annotations

import pytest
from simulation import Behaviour, SimulatedEngine

from scalebed import paths
from scalebed.execution.observer import Silent
from scalebed.execution.runner import Runner
from scalebed.experiment.spec import parse_experiment
from scalebed.records.run_directory import RunDirectory

RECORDED = paths.ROOT / "tests" / "fixtures" / "runs"
NAMES = sorted(path.name for path in RECORDED.iterdir())


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> RunDirectory:
    """Two searches in two blocks, each trial recorded as a real one would be; some requests fail."""
    keys = {
        "name": "simulated", "variants": ["fast", "slow"], "blocks": 2,
        "search": {"precision": 0.1, "max_trial": 40}, "slo": {"error_rate": 0.05},
    }  # fmt: skip
    engine = SimulatedEngine({"fast": Behaviour(300, error_share=0.002), "slow": Behaviour(40, base_s=0.05)})
    directory = RunDirectory(tmp_path_factory.mktemp("simulated") / "run")
    Runner(engine, engine.clock, directory, parse_experiment(keys, "simulated.yaml"), Silent()).run()
    return directory


@pytest.fixture(params=["simulated", *NAMES])
def any_run(request: pytest.FixtureRequest, simulated: RunDirectory) -> RunDirectory:
    """One that is recorded as now, and those of an earlier version."""
    return simulated if request.param == "simulated" else RunDirectory(RECORDED / request.param)
