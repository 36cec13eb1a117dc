"""The experiments of `loadtest/experiments`, by name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scalebed.experiment.spec import SpecError
from scalebed.paths import ROOT

EXPERIMENTS = ROOT / "loadtest" / "experiments"


BESIDE = "scalebed.yaml"
"""The experiment file beside an application, which needs not be named there."""


def named_file(name: str | None) -> Path:
    """As `experiment_file`, and without a name the one that lies here. Raises SpecError where there is none."""
    if name is not None:
        return experiment_file(name)
    if not Path(BESIDE).is_file():
        raise SpecError(f"{BESIDE}: is not here; name an experiment, or let scalebed init write the file")
    return Path(BESIDE)


def experiment_file(name: str) -> Path:
    """A path as it is, or the name of a shipped experiment, with its folder or without."""
    path = Path(name)
    if path.is_file() or path.suffix in {".yaml", ".yml"}:
        return path
    shipped = shipped_experiments()
    found = [path for known, path in shipped.items() if name in (known, path.stem)]
    if not found:
        raise SpecError(f"{name}: is neither a file nor a shipped experiment; those are {', '.join(shipped)}")
    return found[0]


def shipped_experiments() -> Mapping[str, Path]:
    """By name, which for one in a folder begins with the folder's: `matrix/workers`."""
    paths = sorted(EXPERIMENTS.rglob("*.yaml"), key=lambda path: (len(path.parts), path))
    return {path.relative_to(EXPERIMENTS).with_suffix("").as_posix(): path for path in paths}
