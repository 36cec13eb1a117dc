"""Holds a workload that is somebody's at a number of replicas, and gives it back as it was.

What it was is written into annotations before anything changes: of the HPAs on it into their own, and of the workload
into one of the Lease beside it that says who holds it. Each is the merge patch that gives it back, so that the end of
the run, `down`, the next run, or a person with kubectl can do it, after whatever end of the run that wrote it.

Nothing is written on the workload itself: the controller of Deployments copies annotations to ReplicaSets, where they
would stay, and `kubectl rollout undo` would bring them back from there long after. It may also be replaced meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from scalebed.engines.kubernetes.api.client import AGENT, Api, Json
from scalebed.engines.kubernetes.api.paths import field, found, path
from scalebed.engines.kubernetes.own.workload import Workload
from scalebed.engines.kubernetes.releases.ownership import Ownership
from scalebed.engines.kubernetes.releases.scaling import lend
from scalebed.experiment.scalable import Scalable
from scalebed.messages import EngineError, Say

BEFORE = "scalebed/before"
LOAD = "scalebed/load"
"""Annotation of the Lease: the namespace in which its load runs."""
HELD = "scalebed/held"
"""Annotation of both: the number of replicas that an experiment set last, and on the Lease the one that it was about to
set; another one is somebody else's."""


def ownership_of(api: Api, of: Scalable) -> Ownership:
    """The Lease in its namespace, by which `down` finds it."""
    told = f"{of.resource}.{of.group}/{of.namespace}/{of.name}"
    return Ownership(api, of.namespace, _release(of), of=str(of), marks={Ownership.ADOPTED: told})


def lease_of(of: Scalable) -> str:
    """The path of that Lease."""
    return path("leases", of.namespace, f"scalebed-{_release(of)}")


def _release(of: Scalable) -> str:
    return f"{of.resource}-{of.name}"


class Hold:
    """One workload. Whoever calls a method holds its Lease."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self._api = workload.api
        self._lease = lease_of(workload.of)
        self._wanted: int | None = None
        self._outrun = 0
        self._noted: dict[str, str] = {}
        """What the Lease says, should somebody delete it while it is held."""

    @property
    def _of(self) -> Scalable:
        return self._workload.of

    def take(self) -> bool:
        """Write down what is there, before the first change; whether a run that was killed had done so already, whose
        words stay but where somebody has set something else since."""
        self._workload.read()
        replicas = self._workload.replicas()
        lease = self._api.get(self._lease)
        killed = BEFORE in _annotations(lease)
        self._note_bounds()
        self._noted = {key: text for key, text in _annotations(lease).items() if key in (BEFORE, HELD)}
        if not killed or replicas not in _numbers(lease):
            self._note({BEFORE: json.dumps({"spec": {"replicas": replicas}}), HELD: str(replicas)})
        return killed

    def _note(self, annotations: Mapping[str, str]) -> None:
        self._api.patch(self._lease, {"metadata": {"annotations": dict(annotations)}})
        self._noted |= annotations

    def _note_bounds(self) -> None:
        for hpa in self._workload.autoscalers():
            before = _before(hpa, f"HPA {hpa['metadata']['name']}")
            bounds = {key: field(hpa, "spec", key) for key in ("minReplicas", "maxReplicas")}
            if before is None or not (bounds == before["spec"] or _set_by_us(hpa)):
                # With the version that was read: what is written down is what was there at the change.
                version = field(hpa, "metadata", "resourceVersion")
                noted = {BEFORE: json.dumps({"spec": bounds})}
                place = _place(hpa, self._of)
                lend(self._api, place, {"metadata": {"resourceVersion": version, "annotations": noted}})

    def hold(self, replicas: int) -> None:
        """From now on it has so many: by its scale, and by its HPAs' bounds."""
        if self._wanted is None:
            self.take()  # once more: others were held until now, and this one was its user's
        else:
            self._note_bounds()
        ours = _numbers(self._api.get(self._lease))
        self._note({HELD: ",".join(map(str, sorted(ours | {replicas})))})
        for hpa in self._workload.autoscalers():
            # An HPA has one replica at least; where there are to be none, its target's zero alone stops it.
            bound = max(replicas, 1)
            bounds = {"minReplicas": bound, "maxReplicas": bound}
            noted = {"annotations": {HELD: str(bound)}}
            lend(self._api, _place(hpa, self._of), {"metadata": noted, "spec": bounds})
        self._scale(replicas)
        self._note({HELD: str(replicas)})
        if replicas != self._wanted:
            self._wanted, self._outrun = replicas, 0

    def _scale(self, replicas: int) -> None:
        self._api.patch(f"{self._workload.place}/scale", {"spec": {"replicas": replicas}})
        # Nothing is noted of who set them, or the next `helm upgrade` on the server's side would meet a conflict.
        lend(self._api, self._workload.place, {"metadata": {}})

    def stray(self) -> str | None:
        """Who changed what is held, as a sentence; None where nothing was changed."""
        wanted = self._wanted
        if wanted is None:
            return None
        seen = self._workload.replicas()
        if seen != wanted:
            who = changed_by(self._workload.read(), ("f:spec", "f:replicas"))
            return f"{self._of} was held at {wanted} replicas, and {who} set it to {seen}: {_AWAY}"
        for hpa in self._workload.autoscalers():
            least, most = _bounds(hpa)
            if {least, most} != {max(wanted, 1)}:
                who = changed_by(hpa, ("f:spec", "f:maxReplicas"), ("f:spec", "f:minReplicas"))
                name = hpa["metadata"]["name"]
                told = f"HPA {name} of {self._of} was held at {wanted} replicas, and {who} set it to {least}–{most}"
                return f"{told}: {_AWAY}"
        return None

    def outrun(self) -> bool:
        """Whether the autoscaler's controller set it last, which may have begun to before its bounds were held; at most
        so often that it is no fight."""
        self._outrun += 1
        last = changed_by(self._workload.read(), ("f:spec", "f:replicas"))
        return self._outrun <= _OUTRUN and last.startswith(_CONTROLLER) and bool(self._workload.autoscalers())

    def give_back(self, say: Say) -> bool:
        """Whether it was held; then all that is still there is as it was, but for what somebody else set meanwhile."""
        self._wanted = None
        lease = found(self._api, self._lease) or {"metadata": {"annotations": self._noted}}
        ours, before = _numbers(lease), _before(lease, f"the Lease of {self._of}")
        given = [self._give_back_bounds(hpa, say) for hpa in self._workload.autoscalers()]
        there = found(self._api, self._workload.place)
        if there is None:
            say(f"{self._of} is gone, so it is not given back.")
        if there is None or before is None:
            return any(given)
        wanted, seen = int(before["spec"]["replicas"]), self._workload.replicas()
        if seen in ours:
            if seen != wanted:
                self._scale(wanted)
            say(f"{self._of} is given back with {wanted} replica{'' if wanted == 1 else 's'}, as before.")
        else:
            who = changed_by(there, ("f:spec", "f:replicas"))
            say(f"{self._of} keeps the {seen} replicas that {who} gave it meanwhile; before it had {wanted}.")
        self._noted = {}
        if found(self._api, self._lease) is not None:
            self._api.patch(self._lease, {"metadata": {"annotations": {BEFORE: None, HELD: None}}})
        return True

    def _give_back_bounds(self, hpa: Json, say: Say) -> bool:
        name = hpa["metadata"]["name"]
        before = _before(hpa, f"HPA {name}")
        if before is None:
            return False
        patch: Json = {"metadata": {"annotations": {BEFORE: None, HELD: None}}}
        least, most = _bounds(hpa)
        if _set_by_us(hpa):
            patch |= before
        elif {"minReplicas": least, "maxReplicas": most} != before["spec"]:
            who = changed_by(hpa, ("f:spec", "f:maxReplicas"), ("f:spec", "f:minReplicas"))
            say(f"HPA {name} keeps the {least}–{most} replicas that {who} gave it meanwhile.")
        lend(self._api, _place(hpa, self._of), patch)
        return True


_CONTROLLER = "kube-controller-manager"
_OUTRUN = 3
_AWAY = "let it leave the number alone while an experiment runs"


def changed_by(there: Json, *fields: tuple[str, ...]) -> str:
    """Who set one of these fields last, by what the API server noted (`managedFields`)."""
    owners = [
        owner
        for owner in field(there, "metadata", "managedFields", default=[])
        if owner.get("manager") != AGENT and any(_owns(owner, keys) for keys in fields)
    ]
    if not owners:
        return "somebody"
    last = max(owners, key=lambda owner: str(owner.get("time", "")))
    when = f" at {last['time']}" if last.get("time") else ""
    return f"{last.get('manager', 'somebody')}{when}"


def _owns(owner: Mapping[str, Any], keys: tuple[str, ...]) -> bool:
    return field(owner, "fieldsV1", *keys) is not None


def _annotations(there: Json) -> Mapping[str, str]:
    return dict(field(there, "metadata", "annotations", default={}))


def _numbers(there: Json) -> set[int]:
    return {int(word) for word in _annotations(there).get(HELD, "").split(",") if word.isdigit()}


def _bounds(hpa: Json) -> tuple[int, int | None]:
    return field(hpa, "spec", "minReplicas", default=1), field(hpa, "spec", "maxReplicas")


def _set_by_us(hpa: Json) -> bool:
    least, most = _bounds(hpa)
    return bool(least == most and most in _numbers(hpa))


def _before(there: Json, what: str) -> Json | None:
    text = _annotations(there).get(BEFORE)
    if text is None:
        return None
    try:
        before: Json = json.loads(text)
        dict(before["spec"])
    except (ValueError, KeyError, TypeError) as error:
        raise EngineError(
            f"{what}: its annotation {BEFORE} says what it was before an experiment and cannot be read; see to it with "
            "kubectl, and take the annotation away"
        ) from error
    return before


def _place(hpa: Json, of: Scalable) -> str:
    return path("horizontalpodautoscalers", of.namespace, hpa["metadata"]["name"])
