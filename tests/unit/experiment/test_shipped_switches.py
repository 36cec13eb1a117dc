"""Every switch that a shipped experiment sets is one that its service takes, together with the others."""

from collections.abc import Callable
from pathlib import Path

import pytest
from naive.config.switches import parse as naive
from optimized.config.switches import parse as optimized
from peers.fastapi.config.switches import parse as fastapi
from switchboard import Switches

from scalebed.engines.services import read_service
from scalebed.experiment.shipped import shipped_experiments
from scalebed.experiment.spec import load_experiment
from scalebed.paths import ROOT

PARSE: dict[str, Callable[[str], Switches]] = {"naive": naive, "optimized": optimized, "fastapi": fastapi}
SHIPPED = shipped_experiments()


@pytest.mark.parametrize("path", SHIPPED.values(), ids=list(SHIPPED))
def test_the_services_take_them(path: Path) -> None:
    for variant in load_experiment(path).variants:
        # The other peers read their variant.toml, as the engine does.
        read_service(ROOT, variant.service).effective(variant.switches)
        parse = PARSE.get(variant.service)
        if parse is not None:
            parse(",".join(f"{name}={value}" for name, value in variant.switches.items()))
