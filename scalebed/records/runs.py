"""The folder of run directories: which was interrupted, and what a new one is called."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from scalebed import __version__, paths
from scalebed.experiment.spec import Experiment
from scalebed.measurement.host import Host
from scalebed.records import live
from scalebed.records.run_directory import RunDirectory, RunDirectoryError

RUNS = (Path.cwd() if paths.INSTALLED else paths.ROOT) / "runs"


def folder_for(file: Path | None) -> Path:
    """Where runs of an experiment file go: for one of the clone's into its own folder, else where one stands."""
    if file is not None and file.resolve().is_relative_to(paths.ROOT):
        return RUNS
    return Path.cwd() / "runs"


def unfinished_run(
    experiment: Experiment, commit: object, host: Host = "alone", folder: Path | None = None
) -> RunDirectory | None:
    """The newest run of the same experiment, by the same code and begun alike, that was interrupted."""
    for path in sorted((folder or RUNS).glob(f"{experiment.name}-*"), reverse=True):
        directory = RunDirectory(path)
        try:
            manifest = directory.manifest()
            finished = directory.finished()
        except RunDirectoryError:
            continue
        same = not experiment.unlike(manifest.experiment) and manifest.fingerprint.get("commit") == commit
        same = same and manifest.host == host and manifest.scalebed_version == __version__
        if same and not finished >= set(manifest.order):
            return directory
    return None


def new_run(experiment: Experiment, folder: Path | None = None) -> RunDirectory:
    """A run directory that no other run has, named after the experiment and the time."""
    return RunDirectory((folder or RUNS) / f"{experiment.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}")


def newest_run(*folders: Path) -> RunDirectory:
    """That was begun or written last, in any of these folders. Raises RunDirectoryError where there is none."""
    found = [manifest.parent for folder in folders for manifest in folder.glob("*/manifest.json")]
    if not found:
        raise RunDirectoryError(f"{' and '.join(map(str, folders))}: no run is there; name a run directory")

    def written(run: Path) -> float:
        return max(path.stat().st_mtime for path in (run / "manifest.json", live.events_file(run)) if path.exists())

    return RunDirectory(max(found, key=written))


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
