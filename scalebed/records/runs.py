"""The folder of run directories: which was interrupted, and what a new one is called."""

from __future__ import annotations

from datetime import UTC, datetime

from scalebed.experiment.spec import Experiment
from scalebed.measurement.host import Host
from scalebed.paths import ROOT
from scalebed.records.run_directory import RunDirectory, RunDirectoryError

RUNS = ROOT / "runs"


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


def finished(directory: RunDirectory, wanted: Experiment) -> bool:
    """Whether the directory holds a whole run of just this experiment."""
    try:
        manifest = directory.manifest()
        done = directory.finished()
    except RunDirectoryError:
        return False
    return not wanted.unlike(manifest.experiment) and done >= set(manifest.order)


def retell(directory: RunDirectory, told: Experiment) -> None:
    """Let a finished run say of itself what its experiment file says by now."""
    manifest = directory.manifest()
    if manifest.experiment != told:
        directory.create(manifest.model_copy(update={"experiment": told}))
