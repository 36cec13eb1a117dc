"""Which file an experiment's name means."""

from __future__ import annotations

from pathlib import Path

import pytest

from scalebed.experiment import shipped
from scalebed.experiment.spec import SpecError


def test_an_experiment_is_a_file_or_shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smoke").mkdir()
    (tmp_path / "mine").touch()
    assert shipped.experiment_file("smoke") == shipped.EXPERIMENTS / "smoke.yaml"
    for name in ("matrix/workers", "workers"):
        assert shipped.experiment_file(name) == shipped.EXPERIMENTS / "matrix" / "workers.yaml"
    assert shipped.experiment_file("mine") == Path("mine")
    assert shipped.experiment_file("missing.yaml") == Path("missing.yaml")
    with pytest.raises(SpecError, match=r"nothing: is neither a file nor a shipped experiment; those are .*smoke"):
        shipped.experiment_file("nothing")
