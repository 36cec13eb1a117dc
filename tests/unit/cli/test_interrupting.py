"""A second Ctrl-C, while what was changed is given back, does not leave it half given back."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
import typer

from scalebed.cli import checking, measuring
from scalebed.cli.console import OUT
from scalebed.cli.engine_options import Choice, Own
from scalebed.experiment.spec import Experiment, load_experiment
from scalebed.paths import ROOT

FILE = ROOT / "examples" / "cluster-shop" / "here.yaml"


class Impatient:
    """An engine whose user presses Ctrl-C as it begins, and again whenever it is closed."""

    cores = 2.0

    def __init__(self) -> None:
        self.closed = 0

    def preflight(self, experiment: Experiment) -> list[Any]:
        return []

    def fingerprint(self) -> dict[str, object]:
        return {}

    def prepare(self, experiment: Experiment, say: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    def close(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGTERM)
        self.closed += 1


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Impatient:
    made = Impatient()
    monkeypatch.setattr(Choice, "engine", lambda *_: made)
    return made


def test_check_gives_back_all_the_same(impatient: Impatient) -> None:
    with pytest.raises(KeyboardInterrupt):
        checking.check(FILE, (), Own(), Choice())
    assert impatient.closed == 1


def test_run_gives_back_all_the_same(impatient: Impatient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def ended(*_: object, **__: object) -> Any:
        """Where the runner has not closed it, as it was interrupted while it did."""

        class Ended:
            def run(self) -> None:
                impatient.prepare(load_experiment(FILE), None)

        return Ended()

    monkeypatch.setattr(measuring, "Runner", ended)
    with pytest.raises(typer.Exit):
        measuring._measure(load_experiment(FILE), tmp_path / "run", False, OUT)
    assert impatient.closed == 1
