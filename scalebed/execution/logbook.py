"""What a run directory says of its run as a whole: the manifest, and whether what is measured is still the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from scalebed import __version__
from scalebed.execution.endings import RunnerError
from scalebed.execution.ports import Engine
from scalebed.experiment.plan import Cell, plan
from scalebed.experiment.spec import Experiment
from scalebed.experiment.variant import has_own
from scalebed.measurement.host import Host
from scalebed.messages import Say
from scalebed.records import fingerprints
from scalebed.records.fingerprints import Fingerprint
from scalebed.records.run_directory import Manifest, RunDirectory

_MOST_NAMED = 5


class Logbook:
    """Writes the manifest of one run."""

    def __init__(
        self, engine: Engine, directory: RunDirectory, experiment: Experiment, say: Say, *, host: Host = "alone"
    ) -> None:
        self._engine = engine
        self._directory = directory
        self._experiment = experiment
        self._say = say
        self._host = host

    def require_begun_alike(self) -> None:
        """Raises RunnerError where the directory holds a run of something else."""
        if unlike := self._experiment.unlike(self._directory.manifest().experiment):
            raise RunnerError(
                f"{self._directory.path}: holds a run of another experiment (unlike in {', '.join(unlike)}); "
                "name another directory, or the experiment that it was begun with"
            )
        if (begun := self._directory.manifest().host) != self._host:
            raise RunnerError(
                f"{self._directory.path}: holds a run that was begun with --host {begun}; go on with that, or name "
                "another directory"
            )

    def begin(self, warnings: tuple[str, ...]) -> None:
        """Write the manifest, or that the run was resumed."""
        fingerprint = self._engine.fingerprint()
        if not self._directory.exists:
            self._directory.create(
                Manifest(
                    scalebed_version=__version__,
                    experiment=self._experiment,
                    order=tuple((step.block, step.cell.id) for step in plan(self._experiment)),
                    fingerprint=fingerprint,
                    started=_now(),
                    findings=warnings,
                    host=self._host,
                )
            )
            return
        manifest = self._directory.manifest()
        found = [*manifest.findings, *(w for w in warnings if w not in manifest.findings)]
        found.append(_resumption(manifest, fingerprint))
        self._directory.create(manifest.model_copy(update={"findings": tuple(found), "experiment": self._experiment}))

    def unedited(self) -> Fingerprint | None:
        """The fingerprint of now; None where nothing is the user's own. Raises RunnerError as `require_same` does."""
        if not self._directory.exists or not (self._experiment.load or has_own(self._experiment.variants)):
            return None
        now = self._engine.fingerprint()
        self.require_same(now)
        return now

    def require_same(self, now: Fingerprint) -> None:
        """Raises RunnerError where the user's own is not what the run was begun with: one answer would be of both."""
        if changed := fingerprints.edited(self._directory.manifest().fingerprint, now):
            raise RunnerError(
                f"{self._directory.path}: holds a run that was begun before these changed: {_named(changed)}; one "
                "answer cannot be of both, so begin anew with another directory (--out), or put back what it was "
                "begun with"
            )

    def complete(self, cell: Cell, before: Fingerprint | None) -> None:
        """An engine knows some of what it measures with only once a cell is up. `before`: as it was to be deployed."""
        manifest, now = self._directory.manifest(), self._engine.fingerprint()
        known = fingerprints.completed(manifest.fingerprint, now)
        known, wrote = fingerprints.started(known, now if before is None else before, now)
        if known != manifest.fingerprint:
            self._directory.create(manifest.model_copy(update={"fingerprint": known}))
        if wrote:
            self.remember(
                f"{cell.id}: these changed in its own folder while it started, so that whether they are edited is not "
                f"looked at: {_named(wrote)}."
            )

    def remember(self, sentence: str) -> None:
        """Say it, and have the report say it."""
        self._say(sentence)
        manifest = self._directory.manifest()
        self._directory.create(manifest.model_copy(update={"findings": (*manifest.findings, sentence)}))


def _resumption(manifest: Manifest, fingerprint: Fingerprint) -> str:
    told = f"The run was resumed at {_now()}"
    unlike = fingerprints.unlike(manifest.fingerprint, fingerprint)
    return f"{told}; since its start the fingerprint changed in: {', '.join(unlike)}." if unlike else f"{told}."


def _named(changed: Sequence[str]) -> str:
    more = f" and {len(changed) - _MOST_NAMED} more" if len(changed) > _MOST_NAMED else ""
    return f"{', '.join(changed[:_MOST_NAMED])}{more}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
