"""Where things are: the clone, the one cache folder, the shipped experiments, the run directories."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from scalebed.results import Host, RunDirectory, RunDirectoryError
from scalebed.spec import Experiment, SpecError

ROOT = Path(__file__).resolve().parent.parent
EXPERIMENTS = ROOT / "loadtest" / "experiments"
RUNS = ROOT / "runs"


def cache() -> Path:
    """The folder for all that set-up and runs leave behind; the same that scripts/environment chooses."""
    named = os.environ.get("SCALEBED_CACHE")
    if named:
        return Path(named).resolve()
    if os.geteuid() == 0:
        return Path("/var/cache/scalebed")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scalebed"


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


def unfinished_run(experiment: Experiment, commit: object, host: Host = "alone") -> RunDirectory | None:
    """The newest run of the same experiment, from the same commit and begun alike, that was interrupted."""
    for path in sorted(RUNS.glob(f"{experiment.name}-*"), reverse=True):
        directory = RunDirectory(path)
        try:
            manifest = directory.manifest()
            finished = len(directory.finished())
        except RunDirectoryError:
            continue
        same = not experiment.unlike(manifest.experiment) and manifest.fingerprint.get("commit") == commit
        same = same and manifest.host == host
        if same and finished < len(manifest.order):
            return directory
    return None


def new_run(experiment: Experiment) -> RunDirectory:
    """A run directory that no other run has, named after the experiment and the time."""
    return RunDirectory(RUNS / f"{experiment.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}")
