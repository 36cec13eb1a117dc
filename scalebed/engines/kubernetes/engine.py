"""The Kubernetes engine: cells are values of one Helm release, load is TestRuns, readings come from the kubelets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from scalebed.engines.fingerprint import code_state
from scalebed.engines.kubernetes import fingerprint, preflight
from scalebed.engines.kubernetes.api.paths import found, listed, path
from scalebed.engines.kubernetes.cluster import Cluster
from scalebed.engines.kubernetes.load.generator import Place, TestRunGenerator
from scalebed.engines.kubernetes.load.testruns import read_base, scripts
from scalebed.engines.kubernetes.nodes import Nodes
from scalebed.engines.kubernetes.preflight import Resources
from scalebed.engines.kubernetes.readings.probe import PARTS, ContainerProbe, of_release
from scalebed.engines.kubernetes.readings.sources import Kubelets
from scalebed.engines.kubernetes.readings.starts import starts_s
from scalebed.engines.kubernetes.readings.supply import supply
from scalebed.engines.kubernetes.releases import namespaces, release
from scalebed.engines.kubernetes.releases.ownership import Ownership, remove_loads
from scalebed.engines.kubernetes.releases.release import Release
from scalebed.engines.kubernetes.releases.scaling import scale
from scalebed.engines.kubernetes.releases.tenancy import Tenancy
from scalebed.execution.ports import Clock, Finding, LoadGenerator, Probe, Program
from scalebed.experiment.plan import Cell, cells
from scalebed.experiment.spec import Experiment
from scalebed.measurement.ending import Ended
from scalebed.measurement.load import Target
from scalebed.measurement.readings import Sample, Supply
from scalebed.messages import EngineError, Say

NAME = "scalebed"
"""The name of the release."""


class KubernetesEngine:
    """Implements `scalebed.execution.ports.Engine`. One at a time may use a release."""

    name = "kubernetes"

    def __init__(self, root: Path, cluster: Cluster, clock: Clock, say: Say, runners: int) -> None:
        self._root = root
        self._cluster = cluster
        self._api = cluster.api
        self._clock = clock
        self._say = say
        self._runners = runners
        self._release = Release(NAME, cluster.namespaces.app)
        self._ownership = Ownership(self._api, cluster.namespaces.app, NAME)
        self._tenancy = Tenancy(self._api, cluster.helm, self._release, clock)
        self._experiment: Experiment | None = None
        self._generator: TestRunGenerator | None = None
        self._probe: ContainerProbe | None = None
        self._deployed: Cell | None = None
        self._datastore: Mapping[str, object] | None = None
        self._revision = 0
        self._images: dict[str, str] = {}
        self._packages: dict[str, dict[str, str]] = {}
        self._nodes = Nodes.of(self._api)
        self.cores = sum(node.cores for node in preflight.nodes(self._api, self._release, cluster.namespaces.load))

    def preflight(self, experiment: Experiment) -> Sequence[Finding]:
        planned = cells(experiment)
        try:
            namespaces.refuse_others(self._api, self._cluster.namespaces)
        except EngineError as error:
            return [Finding("refuse", str(error))]
        nodes = preflight.nodes(self._api, self._release, self._cluster.namespaces.load)
        runner = read_base(self._root)["spec"]["runner"]
        load = preflight.pod_request({"containers": [runner]}).times(self._runners)
        known = [cell for cell in planned if cell.variant.service in release.services()]
        if refused := preflight.foreign_values(experiment, known):
            return refused
        needs = {cell.id: self._needs(experiment, cell, load) for cell in known}
        return [
            *preflight.findings(self._api, self._root, experiment, known or planned, nodes=nodes, needs=needs),
            *preflight.foreign_autoscalers(self._api, self._release),
        ]

    def _needs(self, experiment: Experiment, cell: Cell, load: Resources) -> Resources:
        """Jobs are done before the load begins."""
        most = replace(cell, replicas=cell.most, autoscaler=None)
        values = release.merged(self._tenancy.values(), release.cell_values(experiment, most))
        objects = self._cluster.helm.template(NAME, values)
        return preflight.requested(objects) + preflight.requested(objects, ["Job"]).most(load)

    def prepare(self, experiment: Experiment, say: Say) -> None:
        """Namespaces, scripts, the release without any service's pod, and its dataset."""
        if self._experiment is not None:
            raise EngineError("prepare: this engine is in use; close it first")
        names = self._cluster.namespaces
        for made in namespaces.ensure(self._api, names):
            say(f"Made the namespace {made}.")
        self._ownership.acquire()
        try:
            if removed := remove_loads(self._api, names.load, self._ownership.key):
                say(f"Ended what an earlier run left behind: TestRun {', '.join(removed)}.")
            self._prepare(experiment, say)
        except BaseException:
            self.close()
            raise

    def _prepare(self, experiment: Experiment, say: Say) -> None:
        names = self._cluster.namespaces
        script = scripts(self._root / "loadtest" / "k6")
        if found(self._api, path("configmaps", names.load, script.name)) is None:
            self._api.post(path("configmaps", names.load), script.manifest)
        self._tenancy.begin(self._ownership.annotations)
        self._experiment = experiment
        contacts = experiment.dataset.contacts
        adopts = self._tenancy.before is not None
        say(f"{'Adopting' if adopts else 'Installing'} the release {NAME} in the namespace {names.app} …")
        self._upgrade(release.idle_values(experiment))
        say(f"Waiting until {contacts:,} contacts are loaded …")
        release.wait_until_loaded(self._api, self._release, self._clock, contacts)
        self._probe = ContainerProbe(
            Kubelets(self._api, self._nodes.names),
            of_release(names.all),
            self._clock,
            host=self._cluster.host if self._nodes.on_this_machine else None,
        )
        place = Place(names.load, read_base(self._root), script, self._runners, self._ownership.annotations)
        self._generator = TestRunGenerator(self._api, place, self._clock, self._say, self._probe)

    def load_fingerprint(self) -> Mapping[str, object]:
        """Nothing: in a cluster only the shipped workloads run."""
        return {}

    def fingerprint(self) -> Mapping[str, object]:
        """JSON values only; the images are known once a cell has been deployed."""
        return {
            "engine": self.name,
            **code_state(self._root),
            "cluster": fingerprint.cluster(self._api, self._cluster.context),
            "host": {"cores": self.cores, "memory_bytes": self._nodes.memory_bytes},
            "quota": {"kind": "container limits", "period_ms": 100},
            "placement": "by the scheduler",
            "charts": fingerprint.charts(self._root),
            "images": {"k6": read_base(self._root)["spec"]["runner"]["image"], **self._images},
            "packages": {service: dict(known) for service, known in self._packages.items()},
            "runners": self._runners,
        }

    @contextmanager
    def deploy(self, cell: Cell) -> Iterator[Target]:
        """The release with this cell's pods alone; leaving scales them to zero."""
        experiment = self._in_use()
        if self._deployed is not None:
            raise EngineError(f"{self._deployed.id} is deployed: leave it before deploying {cell.id}")
        service = cell.variant.service
        self._deployed = cell
        try:
            self._bring_up(experiment, cell)
            self._images |= fingerprint.images(self._api, self._release)
            if not self._packages.get(service):
                self._packages[service] = fingerprint.packages(self._api, self._release, service)
            yield Target(
                url=self._release.url(service),
                replica_urls=(),
                parts=PARTS,
                service_quota=None if cell.autoscaler else cell.cpu_per_replica * cell.replicas,
                start_up_s=starts_s(listed(self._api, "pods", self._release.namespace, self._release.pods(service))),
            )
        finally:
            self._deployed = None
            if self._generator is not None:
                self._generator.close()
            self._scale_down(service)

    def _bring_up(self, experiment: Experiment, cell: Cell) -> None:
        values = release.cell_values(experiment, cell)
        datastore = values.get("datastore", {})
        if datastore != self._datastore:
            # Before any pod of a service is there, which would be measured on the pooler that it found.
            self._upgrade({**release.idle_values(experiment), "datastore": datastore})
            release.wait_until_stored(self._api, self._release, self._clock)
            self._datastore = datastore
        self._upgrade(values)
        if cell.autoscaler is not None:
            # The chart leaves the number to the HPA, which leaves it at the zero of the last cell.
            self._scale(cell.variant.service, cell.replicas)
        release.wait_until_loaded(self._api, self._release, self._clock, experiment.dataset.contacts)
        release.wait_until_ready(self._api, self._release, self._clock, cell.variant.service, cell.replicas)

    def restore(self, cell: Cell) -> None:
        """Rows as they were loaded, in a new clone; the cache is emptied then, and before each trial of a cold cell."""
        experiment = self._in_use()
        if self._deployed != cell:
            raise EngineError(f"{cell.id} is not deployed, so there is nothing to restore")
        writes = cell.writes
        if writes:
            self._scale_down(cell.variant.service)
            self._revision += 1
            self._bring_up(experiment, cell)
        if writes or not cell.warm:
            self._empty_cache()

    def generator(self) -> LoadGenerator:
        self._in_use()
        assert self._generator is not None  # noqa: S101 - prepare has made it
        return self._generator

    def probe(self) -> Probe:
        self._in_use()
        assert self._probe is not None  # noqa: S101 - prepare has made it
        cell = self._deployed
        if cell is None or cell.autoscaler is None:
            return self._probe
        return _Watching(self._probe, lambda: supply(self._api, self._release, cell.variant.service, self._clock.now()))

    def injector(self) -> None:
        """Nothing is made to fail in a cluster: an experiment that asks for it is refused."""

    def programs(self) -> Sequence[Program]:
        """What else uses this machine's CPU; another machine's programs are not seen."""
        return self._cluster.programs() if self._cluster.programs and self._nodes.on_this_machine else ()

    def close(self) -> None:
        """End the load, and leave the release as it was found; one that was made here keeps its data, without pods of
        services. Safe to call twice."""
        try:
            if self._generator is not None:
                self._generator.close()
            if self._experiment is not None and self._ownership.lost_to is None:
                self._put_back()
        finally:
            self._generator = None
            self._experiment = None
            self._ownership.release()

    def _put_back(self) -> None:
        if not self._tenancy.give_back(self._say):
            for service in release.services():
                self._scale_down(service)
            self._say(
                f"The release {NAME} stays in the namespace {self._cluster.namespaces.app} with its data, for the next "
                "run; scalebed down --engine kubernetes removes it."
            )

    def _upgrade(self, values: Mapping[str, object]) -> None:
        if (other := self._ownership.lost_to) is not None:
            raise EngineError(f"the release {NAME} was taken over by {other} while this run did not answer for it")
        before = self._tenancy.before
        self._tenancy.upgrade(release.placed(values, self._clone_name(), before.databases if before else None))

    def _scale_down(self, service: str) -> None:
        """An HPA does nothing about a Deployment of zero replicas."""
        self._scale(service, 0)

    def _scale(self, service: str, replicas: int) -> None:
        deployment = path("deployments", self._release.namespace, self._release.service(service))
        if found(self._api, deployment) is not None:
            scale(self._api, deployment, replicas)

    def _clone_name(self) -> str:
        """Another one than any run before used, so that a clone has the rows as they were loaded; in a release that is
        a user's always, since theirs has their own rows in it."""
        if not self._revision and self._tenancy.before is None:
            return ""
        return f"{int(self._ownership.holder.created) % 10**6:06d}{self._revision}"

    def _empty_cache(self) -> None:
        labels = {**self._release.labels, "app.kubernetes.io/component": "valkey"}
        program = (
            'valkey-cli --no-auth-warning -a "$VALKEY_PASSWORD" flushall || redis-cli -a "$VALKEY_PASSWORD" flushall'
        )
        for pod in listed(self._api, "pods", self._release.namespace, labels):
            name = pod["metadata"]["name"]
            said = self._api.execute(self._release.namespace, name, "valkey", ["sh", "-c", program])
            if "OK" not in said:
                raise EngineError(f"pod {name}: the cache could not be emptied: {said.strip()[:200]}")

    def _in_use(self) -> Experiment:
        if self._experiment is None:
            raise EngineError("the Kubernetes engine is not prepared: call prepare first")
        return self._experiment


class _Watching:
    """Implements `Probe`: the readings, and how far the scaling is."""

    def __init__(self, probe: ContainerProbe, supply: Callable[[], Supply]) -> None:
        self._probe = probe
        self._supply = supply

    def gone(self) -> Sequence[Ended]:
        """None: a pod that ends is started again by its ReplicaSet."""
        return ()

    def sample(self) -> Sample:
        return replace(self._probe.sample(), supply=self._supply())

    def finish(self) -> Sequence[Sample]:
        *before, last = self._probe.finish()
        return [*before, replace(last, supply=self._supply())]
