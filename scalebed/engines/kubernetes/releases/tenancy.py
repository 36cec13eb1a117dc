"""An engine's stay in a release: its own, or a user's that it adopts and gives back as it was.

A release is the engine's own where a mark says that it installed it and nobody has upgraded it since. Every other one
is somebody's: what it was is written down before the first change, and the end of the experiment gives it back, or
whoever comes after one that was killed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.helm import Helm, Revision
from scalebed.engines.kubernetes.api.paths import field, found, listed, path
from scalebed.engines.kubernetes.api.revisions import FOR_AN_EXPERIMENT, GIVEN_BACK, by_engine, settle
from scalebed.engines.kubernetes.releases.before import Before, Record, ReleaseBefore, fields_of, put_back
from scalebed.engines.kubernetes.releases.ownership import made_by_engine, mark, mark_path
from scalebed.engines.kubernetes.releases.release import Release, merged, services
from scalebed.execution.ports import Clock
from scalebed.messages import EngineError, Say

_BEGUN = "scalebed/revision"
"""Annotation: the newest revision that an engine began."""


class Tenancy:
    """An engine's stay in one release. Whoever calls a method that changes something holds the Lease."""

    def __init__(self, api: Api, helm: Helm, release: Release, clock: Clock) -> None:
        self._api = api
        self._helm = helm
        self._release = release
        self._clock = clock
        self._record = Record(api, release.namespace, release.name)
        self.before: ReleaseBefore | None = None
        """What the user had; None where the release is the engine's own."""

    def values(self) -> Mapping[str, Any]:
        """Its user's, whether or not an experiment has it now; nothing where there is no such release."""
        kept = self._record.read()
        if kept is not None and kept.release is not None:
            return kept.release.values
        return self._helm.values(self._release.name) or {}

    def begin(self, owner: Mapping[str, str]) -> None:
        """Before the first change. `owner`: annotations that say who is the tenant.

        Raises EngineError where the release could not be given back as it is.
        """
        name, namespace = self._release.name, self._release.namespace
        history = self._settled()
        kept = self._record.read()
        if kept is not None and by_engine(history, self._begun()):
            self.before = (
                kept.release
            )  # of a run that was killed: what that one found is still what is to be given back
            return
        made = made_by_engine(self._api, namespace, name) and by_engine(history, self._begun())
        self._record.forget()
        if not history or made:
            mark(self._api, namespace, name)
            return
        if history[-1].chart != self._helm.chart_name:
            raise EngineError(
                f"release {name} in the namespace {namespace}: is of the chart {history[-1].chart} and could be given "
                f"back only as {self._helm.chart_name}; first upgrade it with helm, or name another --namespace"
            )
        deployments = {
            path("deployments", namespace, each["metadata"]["name"]): each
            for each in listed(self._api, "deployments", namespace, self._release.labels)
        }
        self.before = ReleaseBefore(history[-1].number, self._helm.values(name) or {}, self._databases(deployments))
        fields = {place: fields_of(each, ("spec", "replicas")) for place, each in deployments.items()}
        self._record.write(Before(fields, self.before), owner)
        self._api.delete(mark_path(namespace, name))  # where an engine made it once and its user has taken it over

    def upgrade(self, values: Mapping[str, Any]) -> None:
        """To these values over the user's own. Raises EngineError where somebody else upgraded it meanwhile."""
        before = self.before
        history = self._helm.history(self._release.name)
        known = max(self._begun(), before.revision if before else 0)
        if history and history[-1].number > known:
            raise EngineError(
                f"release {self._release.name}: somebody upgraded it to revision {history[-1].number} while an "
                "experiment uses it; begin the experiment anew when they are done"
            )
        self._apply(history, merged(before.values if before else {}, values), FOR_AN_EXPERIMENT)

    def give_back(self, say: Say) -> bool:
        """Put everything back that was written down; whether there was anything. Doing it again does no harm."""
        name = self._release.name
        kept = self._record.read()
        if kept is None or kept.release is None:
            return False
        history = self._settled()
        if not history:
            say(f"The release {name} is gone, so nothing is put back.")
        elif by_engine(history, self._begun()):
            self._restore(history, kept.release)
            put_back(self._api, kept.fields)
            say(f"Gave the release {name} the values and the replicas back that it had.")
        elif history[-1].number != kept.release.revision:
            say(f"Somebody has upgraded the release {name} since an experiment began, so it stays as they made it.")
        self._record.forget()
        self.before = None
        return True

    def leave(self) -> bool:
        """Remove a release that is the engine's own; whether there was one."""
        name, namespace = self._release.name, self._release.namespace
        if not made_by_engine(self._api, namespace, name):
            return False
        history = self._helm.history(name)
        own = not history or by_engine(history, self._begun())
        if own:
            self._helm.uninstall(name)
        self._api.delete(mark_path(namespace, name))
        return own

    def _restore(self, history: Sequence[Revision], before: ReleaseBefore) -> None:
        """As the very revision that it was, with the chart of then; by its values where helm has forgotten that one."""
        if any(each.number == before.revision and each.status == "superseded" for each in history):
            self._note(history[-1].number + 1)
            self._helm.rollback(self._release.name, before.revision)
        else:
            self._apply(history, before.values, GIVEN_BACK)

    def _apply(self, history: Sequence[Revision], values: Mapping[str, Any], why: str) -> None:
        self._note(history[-1].number + 1 if history else 1)
        self._helm.upgrade(self._release.name, values, why)

    def _settled(self) -> Sequence[Revision]:
        name, begun = self._release.name, self._begun()
        return settle(self._helm, self._clock, name, begun, begin=self._note, remove_job=self._remove_job)

    def _remove_job(self, name: str) -> None:
        # Without the word, the API leaves a Job's pods behind.
        self._api.delete(path("jobs", self._release.namespace, name), propagationPolicy="Background")

    def _note(self, revision: int) -> None:
        patch: Json = {"metadata": {"annotations": {_BEGUN: str(revision)}}}
        for place in self._notes:
            if found(self._api, place) is not None:
                self._api.patch(place, patch)

    def _begun(self) -> int:
        there = next((each for place in self._notes if (each := found(self._api, place)) is not None), {})
        return int(field(there, "metadata", "annotations", _BEGUN, default="0"))

    @property
    def _notes(self) -> tuple[str, str]:
        """What stands for a stay: the record of a release that is a user's, the mark of an own one."""
        return self._record.path, mark_path(self._release.namespace, self._release.name)

    def _databases(self, deployments: Mapping[str, Json]) -> dict[str, str]:
        known = {self._release.service(service): service for service in services()}
        names = {}
        for place, deployment in deployments.items():
            service = known.get(place.rpartition("/")[2])
            for container in field(deployment, "spec", "template", "spec", "containers", default=[]):
                for each in container.get("env", []):
                    if service is not None and each["name"] == "DATABASE_URL" and each.get("value"):
                        names[service] = each["value"].rpartition("/")[2]
        return names
