"""Which engine runs an experiment, by the words of the command line; and what a run before says of its capacities."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import geometric_mean
from typing import Protocol, runtime_checkable

from scalebed import paths
from scalebed.cli import RUNNERS
from scalebed.cli.testrun_tables import Outcome
from scalebed.engines.local.down import down as remove_from_here
from scalebed.engines.local.engine import LocalEngine
from scalebed.execution.ports import Clock, Engine
from scalebed.experiment.scalable import Scalable
from scalebed.experiment.spec import Experiment, SpecError, compose_experiment, load_experiment
from scalebed.messages import EngineError, Say
from scalebed.provision import extras
from scalebed.provision.cache_folder import ready_cache
from scalebed.records.run_directory import RunDirectory


@dataclass(frozen=True)
class Choice:
    """How a cluster is reached. None of it is for the local engine."""

    context: str | None = None
    namespace: str | None = None
    runners: int = RUNNERS

    def engine(self, asked: Experiment, clock: Clock, say: Say) -> Engine:
        """Raises EngineError where a cluster cannot be reached, or words are given that mean nothing here."""
        if asked.engine == "kubernetes":
            with extras.wanted("kubernetes", "a cluster"):
                from scalebed.cli import clusters  # noqa: PLC0415 - not everybody has its client
            own = [variant.application for variant in asked.variants if variant.application is not None]
            return clusters.engine(self.context, self.namespace, self.runners, clock, say, own=own)
        self._local()
        return LocalEngine(paths.ROOT, ready_cache(), say)

    def beside(self, asked: Experiment, say: Say) -> Engine | None:
        """What runs the other side of duets, where the experiment has any: on this machine, as it requires."""
        return LocalEngine(paths.ROOT, ready_cache(), say, beside=True) if asked.duet else None

    def down(self, name: str, say: Say, *, purge: bool, file: Path | None = None) -> None:
        """Remove what the engine's runs left behind, and give back the deployments that they held; with an experiment's
        `file` its deployments alone. Raises UserError where a run is under way."""
        if name == "kubernetes":
            with extras.wanted("kubernetes", "a cluster"):
                from scalebed.cli import clusters  # noqa: PLC0415 - as above
            adopted = None if file is None else list(_adopted(load_experiment(file)))
            clusters.down(self.context, self.namespace, say, purge=purge, adopted=adopted)
            return
        if file is not None:
            raise EngineError(f"{file}: names what a cluster gets back; add --engine kubernetes, or leave it out")
        self._local()
        remove_from_here(ready_cache(), say, purge=purge)

    def rights(self, file: Path, *, kubelets: bool) -> str:
        """Manifests in YAML of the rights that an experiment's run needs. Raises UserError."""
        own = [v.application for v in load_experiment(file).variants if v.application and v.application.in_cluster]
        if not own:
            raise EngineError(f"{file}: names no image and no deployment, so there is nothing to grant in a cluster")
        with extras.wanted("kubernetes", "a cluster"):
            from scalebed.cli import clusters  # noqa: PLC0415 - as above
        return clusters.rights(own, self.namespace, kubelets=kubelets)

    def rerun(self, testrun: str, replicas: int, clock: Clock, say: Say) -> tuple[Outcome, Outcome]:
        with extras.wanted("kubernetes", "a cluster"):
            from scalebed.cli import clusters  # noqa: PLC0415 - as above
        return clusters.rerun(self.context, self.namespace, clock, say, testrun=testrun, replicas=replicas)

    def _local(self) -> None:
        for word, value in (("--context", self.context), ("--namespace", self.namespace)):
            if value is not None:
                raise EngineError(f"{word} {value}: is for a cluster; add --engine kubernetes")


@dataclass(frozen=True)
class Own:
    """An application and its load, by words of the command line, in the place of what the file says."""

    url: str | None = None
    script: Path | None = None
    slo: Sequence[str] = ()

    @property
    def settings(self) -> list[str]:
        """As `key=value`, with places in full."""
        said = []
        if self.url is not None:
            said.append(f"service={json.dumps({'url': self.url})}")
        if self.script is not None:
            said.append(f"load.script={json.dumps(str(self.script.absolute()))}")
        if self.slo:
            said.append(f"slo={json.dumps(list(self.slo))}")
        return said


@dataclass(frozen=True)
class Told:
    """How the metrics of a run are told while it goes on."""

    prometheus: bool = False
    address: str | None = None
    """HOST:PORT to be scraped at."""
    remote_write: str | None = None
    """A URL."""
    otlp: bool = False

    @property
    def scraped(self) -> bool:
        return self.prometheus or self.address is not None

    @property
    def anything(self) -> bool:
        return self.scraped or self.remote_write is not None or self.otlp


def experiment(
    file: Path | None,
    engine: str | None,
    around: Path | None,
    given: Sequence[str],
    out: Path | None = None,
    *,
    own: Own | None = None,
) -> Experiment:
    """The file's, with `--engine`, `--around` and an application's own words as settings before those that were given;
    without a file of these alone.

    Of the run that `--around` names, only cells count that this experiment has. What `--out` holds is gone on with as
    it was begun. Raises SpecError, and RunDirectoryError where `--out` holds a run that cannot be read.
    """
    said = [*(own.settings if own else []), *([] if engine is None else [f"engine={engine}"])]
    if file is None:
        return compose_experiment([*said, *given], Path.cwd())
    begun = _begun(out)
    asked = load_experiment(file, [*said, *given], begun)
    if around is None:
        return asked
    found = capacities(RunDirectory(around))
    near = {cell: rate for cell, rate in found.items() if cell in asked.cell_ids}
    if not near:
        raise SpecError(
            f"--around {around}: knows {', '.join(found)} and no cell of this experiment, which has "
            f"{', '.join(asked.cell_ids)}"
        )
    return load_experiment(file, [*said, f"search.around={json.dumps(near)}", *given], begun)


def settled(asked: Experiment, engine: Engine) -> Experiment:
    """What is asked for, with what only the engine can know of it. Raises UserError."""
    return engine.settled(asked) if isinstance(engine, _Settling) else asked


@runtime_checkable
class _Settling(Protocol):
    """An engine that reads scripts of the user's own."""

    def settled(self, experiment: Experiment) -> Experiment: ...


def _adopted(asked: Experiment) -> Iterator[Scalable]:
    for variant in asked.variants:
        if variant.application is not None and variant.application.adopted is not None:
            yield variant.application.adopted


def _begun(out: Path | None) -> Experiment | None:
    """What was begun in a run directory, where one is there."""
    if out is None or not (directory := RunDirectory(out)).exists:
        return None
    return directory.manifest().experiment


def capacities(run: RunDirectory) -> dict[str, float]:
    """By cell, the geometric mean of what the run's blocks found. Raises SpecError where none did."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for repetition in run.repetitions():
        if repetition.outcome == "found" and repetition.capacity:
            found[repetition.cell].append(repetition.capacity)
    if not found:
        raise SpecError(f"--around {run.path}: holds no capacity; name the directory of a finished capacity run")
    return {cell: geometric_mean(rates) for cell, rates in found.items()}
