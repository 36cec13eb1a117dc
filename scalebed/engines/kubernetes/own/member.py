"""One variant of an experiment with applications of the user's own: where it runs, who holds it, and how it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scalebed.engines.kubernetes import fingerprint
from scalebed.engines.kubernetes.api.client import Api, ApiError, Json
from scalebed.engines.kubernetes.api.helm import Helm
from scalebed.engines.kubernetes.api.paths import field as value_of
from scalebed.engines.kubernetes.own.address import Address, address
from scalebed.engines.kubernetes.own.hold import LOAD, Hold, lease_of, ownership_of
from scalebed.engines.kubernetes.own.installed import Installed, uninstall
from scalebed.engines.kubernetes.own.readiness import READY_LIMIT_S
from scalebed.engines.kubernetes.own.workload import Workload
from scalebed.engines.kubernetes.releases.ownership import Ownership, remove_loads
from scalebed.execution.ports import Clock, Finding
from scalebed.experiment.application import Application
from scalebed.experiment.spec import Experiment
from scalebed.messages import EngineError, Say

_TRIES, _PAUSE_S = 4, 5.0


@dataclass
class Member:
    """What runs already, and is scaled; or an image that is `installed` for the experiment."""

    application: Application
    workload: Workload
    ownership: Ownership
    hold: Hold
    installed: Installed | None
    known: dict[str, object] = field(default_factory=dict)
    """For the fingerprint."""
    _taken: bool = False

    @classmethod
    def of(cls, api: Api, helm: Helm | None, namespace: str, variant: str, application: Application) -> Member:
        """`helm` installs the chart `webapp` in this namespace; only an image needs it."""
        installed = None
        if application.adopted is None:
            assert helm is not None  # noqa: S101 - whoever reaches a cluster for an image has it
            installed = Installed(api, helm, namespace, variant, application)
        of = application.adopted or (installed.of if installed else None)
        assert of is not None  # noqa: S101 - it is one of the two
        workload = Workload(api, of)
        return cls(application, workload, ownership_of(api, of), Hold(workload), installed)

    @property
    def leads(self) -> Address:
        """Where load goes. Raises EngineError where that is not known."""
        return address(self.workload, self.application) if self.installed is None else self.installed.address

    @property
    def ready_within(self) -> float:
        """Seconds that its pods may take."""
        given = "ready_within" in self.application.model_fields_set
        return self.application.ready_within if given else READY_LIMIT_S

    def findings(self, experiment: Experiment) -> Iterator[Finding]:
        """What speaks against it, and what of it is changed, before anything is."""
        of = self.workload.of
        try:
            if self.installed is not None:
                yield from (Finding("refuse", told) for told in self.installed.refusals(experiment))
                return
            self.workload.scale()
            leads = self.leads
            autoscalers = [hpa["metadata"]["name"] for hpa in self.workload.autoscalers()]
            limit, shared = self.workload.cpu_limit(), self.workload.shared_limit()
        except EngineError as error:
            yield Finding("refuse", str(error))
            return
        for hpa in autoscalers:
            yield Finding("warn", f"HPA {hpa} of {of} is held at the replicas of each cell, and given back.")
        yield Finding("warn", f"Load goes to {of} through {leads}.")
        if limit is None:
            told = f"The pods of {of} have no CPU limit, or unlike ones: how busy they are is told in cores."
            yield Finding("warn", told)
        elif shared:
            told = (
                f"The containers of a pod of {of} have CPU limits of their own ({shared} cores): one may be at its own"
            )
            yield Finding("warn", f"{told} while together they are not, as the report counts them.")

    def take(self, experiment: Experiment, load: str, say: Say) -> None:
        """Its Lease, and either what it was is written down, or it is installed without a pod. `load`: the namespace of
        TestRuns. Raises EngineError."""
        self.ownership.acquire()
        api, lease = self.workload.api, lease_of(self.workload.of)
        before = value_of(api.get(lease), "metadata", "annotations", LOAD, default=load)
        removed = [name for each in {before, load} for name in remove_loads(api, each, self.ownership.key)]
        api.patch(lease, {"metadata": {"annotations": {LOAD: load}}})
        if removed:
            say(f"Ended what an earlier run left behind: TestRun {', '.join(removed)}.")
        self._taken = True
        if self.installed is not None:
            say(f"Installing {self.application.image} as the release {self.installed.name} …")
            self.installed.install(experiment)
        elif self.hold.take():
            say(f"An earlier run on {self.workload.of} was cut short; what that found is what is given back.")
        self._describe(experiment)

    def _describe(self, experiment: Experiment) -> None:
        if self.installed is not None:
            self.known |= {"image": self.application.image, "cpu_limit": experiment.cpu_per_replica}
        else:
            self.known |= {
                "deployment": str(self.workload.of),
                "autoscalers": [hpa["metadata"]["name"] for hpa in self.workload.autoscalers()],
                "cpu_limit": self.workload.cpu_limit(),
                "generation": value_of(self.workload.read(), "metadata", "generation"),
            }
        self.known["address"] = str(self.leads)

    def look(self) -> float | None:
        """Cores that one of its pods may use, which are then known for the fingerprint, as their images are."""
        limit = self.workload.cpu_limit()
        self.known |= {"cpu_limit": limit, "images": _images(self.workload.pods())}
        return limit

    def require_held(self) -> None:
        """Raises EngineError where another run took it over, or somebody changed it, whom it names."""
        if (other := self.ownership.lost_to) is not None:
            raise EngineError(f"{self.workload.of} was taken over by {other} while this run did not answer for it")
        if (told := self.hold.stray()) is not None:
            raise EngineError(told)

    def give_back(self, say: Say, clock: Clock) -> None:
        """As it was: with the replicas that it had, or not there. Where that fails, its Lease stays, by which `down`
        finds it, and EngineError is raised."""
        try:
            if self._taken and self.ownership.lost_to is None:
                self._undo(say, clock)
        except BaseException as error:
            self.ownership.leave()
            if isinstance(error, EngineError):
                # Whoever reads only what the server said would not know that something of theirs is still held.
                done = "removed" if self.installed is not None else "given back"
                raise EngineError(
                    f"{self.workload.of} is not {done} ({error}); once that is mended, scalebed down --engine "
                    "kubernetes does it"
                ) from error
            raise
        self.ownership.release()

    def _undo(self, say: Say, clock: Clock) -> None:
        """Once more where the API server only stumbled: what was done of it already is done again without harm."""
        for left in range(_TRIES - 1, -1, -1):
            try:
                if self.installed is None:
                    self.hold.give_back(say)
                else:
                    uninstall(self.workload.api, self.installed.helm, self.installed.namespace, self.installed.name)
            except ApiError as error:
                if not left or not error.passing:
                    raise
                clock.sleep(_PAUSE_S)
            else:
                return


def _images(pods: Sequence[Json]) -> Mapping[str, str]:
    """By container, what its image resolved to."""
    return {
        status["name"]: fingerprint.image(status)
        for pod in pods
        for status in value_of(pod, "status", "containerStatuses", default=[])
    }
