"""Cells of applications of the user's own: their databases, their parts, and what was measured with them."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from scalebed.engines import fingerprint
from scalebed.engines.inspection import variables
from scalebed.engines.k6.script import Inspected, journey, ways, wrapper
from scalebed.engines.local.deployed import Deployed, deployed
from scalebed.engines.local.generator import OwnScript
from scalebed.engines.local.isolation.cgroups import Group
from scalebed.engines.local.isolation.observed import observed
from scalebed.engines.local.parts.applications import folder_of, packages, programs
from scalebed.engines.local.parts.checkouts import Checkouts
from scalebed.engines.local.parts.elsewhere import require_answer
from scalebed.engines.local.parts.own_databases import OwnDatabases
from scalebed.engines.local.rig import Rig, Wanted
from scalebed.engines.secrets import header_values
from scalebed.engines.sources import digest, digests, named
from scalebed.experiment.application import Application
from scalebed.experiment.plan import Cell
from scalebed.experiment.script import Script
from scalebed.experiment.spec import Experiment
from scalebed.experiment.variant import Pooling
from scalebed.measurement.load import Target
from scalebed.messages import EngineError, Say

_LOCKS = ("requirements*.txt", "*.lock", "package-lock.json", "pnpm-lock.yaml", "go.sum")
"""Files that pin what an application is made of."""


class OwnCells:
    """The applications of one prepared experiment."""

    def __init__(self, experiment: Experiment, rig: Rig) -> None:
        self._experiment = experiment
        self._rig = rig
        self._checkouts = Checkouts(rig.folder / "revisions", rig.folder, rig.processes)
        self._applications: dict[str, Application] = {}
        self._templates: dict[str, str] = {}
        self._kept: dict[str, str] = {}

    def prepare(self, say: Say) -> None:
        """Check revisions out and fill the databases. Raises EngineError with the last line of what failed."""
        rig = self._rig
        for variant in self._experiment.variants:
            if variant.application is not None:
                self._applications[variant.name] = self._checkouts.of(variant.application, variant.name, say)
        database = self._experiment.database
        if database is None:
            return
        made = OwnDatabases(rig.cluster, rig.databases, rig.processes, rig.folder)
        for name, application in self._applications.items():
            if application.runs_here:
                self._templates[name] = made.template(application, database, say)
        rig.databases.make_room(0, set(self._templates.values()))
        if database.reset == "never":
            self._kept = {name: rig.databases.throw_away(template) for name, template in self._templates.items()}

    @property
    def databases(self) -> Mapping[str, str]:
        """By variant, the template that its rows are copied from."""
        return dict(self._templates)

    def describe(self) -> Mapping[str, Mapping[str, object]]:
        """For the fingerprint, by variant: what is measured, as far as that can be known from here; empty before
        `prepare`."""
        return {name: self._described(application) for name, application in self._applications.items()}

    def _described(self, application: Application) -> Mapping[str, object]:
        if not application.revision:
            return describe(application)
        # What was built in it is made of what is known, and may differ in a byte each time.
        folder = folder_of(application)
        known = describe(application, self._checkouts.sources(application))
        outside = {
            path: of for path, of in _named(application, folder).items() if not Path(path).is_relative_to(folder)
        }
        return {**known, "revision": application.revision, "dirty": False, "programs": outside}

    @contextmanager
    def deploy(self, cell: Cell, quota: float | None) -> Iterator[Deployed]:
        """Raises EngineError with what the application itself said, where it does not serve."""
        application = self._applications[cell.variant.name]
        if not application.runs_here:
            yield self._elsewhere(application)
            return
        rig, pooler = self._rig, self._experiment.database.pooler if self._experiment.database else "off"
        template = self._templates.get(cell.variant.name)
        copied = None if template is None or self._kept else rig.databases.throw_away(template)
        database = copied or self._kept.get(cell.variant.name)
        wanted = Wanted(
            name=cell.variant.name,
            service=application,
            switches={},
            database=database,
            replicas=cell.replicas,
            cpu=quota,
            memory=cell.memory_per_replica,
            pooling=Pooling(mode=pooler),
            cached=self._experiment.cache == "valkey",
        )
        try:
            with rig.running([wanted], warm=[database] if database else []) as running:
                yield deployed(rig, wanted, running)
        finally:
            if copied is not None:
                with suppress(EngineError):  # or it would be told in the place of what came before
                    rig.databases.drop(copied)

    def _elsewhere(self, application: Application) -> Deployed:
        require_answer(application)
        groups: dict[str, Sequence[Group]] = {"generator": (self._rig.processes.group("generator"),)}
        if application.watched is not None:
            groups["service"] = (observed(*application.watched),)
        url = application.url.rstrip("/")
        target = Target(
            url=url,
            replica_urls=(url,),
            parts=tuple(groups),
            service_quota=None,
            insecure=application.insecure,
            ca=application.ca,
            cert=application.cert,
            key=application.key or application.cert,
            headers=header_values(application.headers),
        )
        return Deployed(target, None, None, groups)

    def close(self) -> None:
        """Drop what was kept for this run alone; safe to call twice."""
        for name in self._kept.values():
            with suppress(EngineError):
                self._rig.databases.drop(name)
        self._kept.clear()


def entry(inspected: Inspected, script: Script, arrivals: Path, made: Path, target: Target | None) -> OwnScript:
    """Writes the file by which the script is run."""
    insecure = target is not None and target.insecure
    client = (Path(target.cert), Path(target.key)) if target is not None and target.cert and target.key else None
    text = wrapper(script.file, arrivals, journey(inspected, script.exec), insecure=insecure, client=client)
    made.write_text(text, encoding="utf-8")
    asked = ways(script.rewrite, {} if target is None else target.headers)
    return OwnScript(made, {**variables(script), **asked})


def describe(application: Application, sources: Mapping[str, str] | None = None) -> dict[str, object]:
    """For the fingerprint: what was measured, as far as that can be known from here; `sources` where they are known."""
    if not application.runs_here:
        return {
            "url": application.url,
            "insecure": application.insecure,
            "headers": sorted(application.headers),
            "observe": application.observe or None,
        }
    folder = folder_of(application)
    places = [folder]
    if application.environment is not None:
        places += [Path(application.environment).parent, Path(application.environment).parent.parent]
    locks = sorted({path for place in places for pattern in _LOCKS for path in place.glob(pattern) if path.is_file()})
    return {
        **fingerprint.git_state(folder),
        "command": application.command,
        "programs": _named(application, folder),
        "sources": digests(folder) if sources is None else sources,
        "packages": dict(each.split(" ", 1) for each in packages(application.environment) if " " in each),
        "locks": {str(path): digest(path) for path in locks},
    }


def _named(application: Application, folder: Path) -> Mapping[str, str]:
    """Of what its command runs and names. Words that something is put into are known only once it runs."""
    try:
        program, *words = shlex.split(application.command)
    except ValueError:
        return {}  # told where it is to be started
    path = application.env.get("PATH", programs(application.environment))
    found = shutil.which(str(folder / program) if "/" in program else program, path=path)
    return named(found, words, folder)
