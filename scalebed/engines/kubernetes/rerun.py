"""Runs a TestRun again with another number of replicas, to show both side by side."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass

from scalebed.engines.k6.protocol import is_whole
from scalebed.engines.k6.summary import LinesError, Summary, Tally
from scalebed.engines.kubernetes.api.client import Api, Json
from scalebed.engines.kubernetes.api.paths import field, found, listed, path
from scalebed.engines.kubernetes.cluster import Cluster
from scalebed.engines.kubernetes.engine import NAME
from scalebed.engines.kubernetes.load.generator import START_LIMIT_S
from scalebed.engines.kubernetes.load.runners import CONTAINER, ROTATED, ending, runner_labels, wait_for
from scalebed.engines.kubernetes.readings import obstacles
from scalebed.engines.kubernetes.releases.before import Record
from scalebed.engines.kubernetes.releases.ownership import Ownership, made_by_engine
from scalebed.engines.kubernetes.releases.release import READY_LIMIT_S, Release, services
from scalebed.engines.kubernetes.releases.scaling import scale
from scalebed.execution.ports import Clock
from scalebed.experiment.chart_values import merged
from scalebed.messages import EngineError, Say

LENGTH_LIMIT_S = 3600.0
_URL = re.compile(r"^https?://(?P<host>[^.:/]+)")


@dataclass(frozen=True)
class Outcome:
    """What a TestRun came to with so many replicas."""

    replicas: int
    summary: Summary


class Rerun:
    """Repeats the TestRun `name`, which is left as it was; the repetitions are TestRuns named after it."""

    def __init__(self, cluster: Cluster, clock: Clock, say: Say, name: str) -> None:
        self._api: Api = cluster.api
        self._helm = cluster.helm
        self._namespace = cluster.namespaces.load
        self._release = Release(NAME, cluster.namespaces.app)
        self._clock = clock
        self._say = say
        self._name = name
        there = found(self._api, path("testruns", self._namespace, name))
        if there is None:
            names = ", ".join(run["metadata"]["name"] for run in listed(self._api, "testruns", self._namespace))
            raise EngineError(
                f"TestRun {name}: is not in the namespace {self._namespace}, which has {names or 'none'}; start it "
                f"with kubectl apply -k loadtest/testruns/{name}"
            )
        self._spec: Json = there["spec"]
        self._service = self._target()

    def compare(self, replicas: int) -> tuple[Outcome, Outcome]:
        """As it was, from the logs that are there or by running it again, and with so many replicas.

        Raises EngineError where an experiment uses the release, or one that was killed has not given it back.
        """
        ownership = Ownership(self._api, self._release.namespace, NAME)
        ownership.acquire()
        try:
            if Record(self._api, self._release.namespace, NAME).read() is not None:
                raise EngineError(
                    f"the release {NAME} is as an experiment left it that was killed: first give it back with scalebed "
                    "down --engine kubernetes"
                )
            return self._compare(replicas)
        finally:
            ownership.release()

    def _compare(self, replicas: int) -> tuple[Outcome, Outcome]:
        before = self._replicas()
        try:
            first = Outcome(before, self._read(self._name))
            self._say(f"Read the logs of TestRun {self._name}, with {before} replicas of {self._service}.")
        except EngineError:
            first = Outcome(before, self._run(f"{self._name}-x{before}"))
        self._scale(replicas)
        return first, Outcome(replicas, self._run(f"{self._name}-x{replicas}"))

    def _target(self) -> str:
        env = {each["name"]: each.get("value", "") for each in field(self._spec, "runner", "env", default=[])}
        match = _URL.match(env.get("BASE_URL", ""))
        for service in services():
            if match is not None and match["host"] == self._release.service(service):
                return service
        raise EngineError(
            f"TestRun {self._name}: its BASE_URL {env.get('BASE_URL') or 'is missing and'} names no service of the "
            f"release {NAME}; those are {', '.join(self._release.url(service) for service in services())}"
        )

    def _deployment(self) -> str:
        return path("deployments", self._release.namespace, self._release.service(self._service))

    def _replicas(self) -> int:
        deployment = found(self._api, self._deployment())
        if deployment is None:
            raise EngineError(f"the release {NAME} has no service {self._service}: install it with helm first")
        return int(field(deployment, "spec", "replicas", default=1))

    def _scale(self, replicas: int) -> None:
        name = self._release.service(self._service)
        if found(self._api, path("horizontalpodautoscalers", self._release.namespace, name)) is not None:
            raise EngineError(
                f"{name}: an HPA owns its number of replicas; first run helm upgrade with {self._service}.autoscaling."
                "enabled=false"
            )
        self._say(f"Scaling {name} to {replicas} …")
        history = self._helm.history(NAME)
        if not history or made_by_engine(self._api, self._release.namespace, NAME):
            scale(self._api, self._deployment(), replicas)
        elif history[-1].chart != self._helm.chart_name:
            raise EngineError(
                f"release {NAME}: is of the chart {history[-1].chart} and would become {self._helm.chart_name}; scale "
                "it with its own chart, by helm upgrade --reset-then-reuse-values --set "
                f"{self._service}.replicas={replicas}"
            )
        else:
            # In the release's own values: at its next upgrade Helm would set another number back, or refuse to.
            values = merged(self._helm.values(NAME) or {}, {self._service: {"replicas": replicas}})
            self._helm.upgrade(NAME, values, f"{self._service} scaled to {replicas}")

        def ready() -> bool:
            status = self._api.get(self._deployment()).get("status", {})
            return bool(status.get("readyReplicas", 0) == status.get("replicas", 0) == replicas)

        if not wait_for(self._clock, READY_LIMIT_S, ready, every_s=1.0):
            why = obstacles.obstacles(self._api, self._release.namespace, self._release.pods(self._service), [name])
            raise EngineError(f"{name} did not come to {replicas} ready pods within {READY_LIMIT_S:.0f} s: {why}")

    def _run(self, name: str) -> Summary:
        self._api.delete(path("testruns", self._namespace, name), propagationPolicy="Background")
        labels = {"k6_cr": name}
        gone = wait_for(self._clock, READY_LIMIT_S, lambda: not listed(self._api, "pods", self._namespace, labels))
        if not gone:
            raise EngineError(f"the pods of an earlier TestRun {name} do not go away; delete them with kubectl")
        body = {"apiVersion": "k6.io/v1alpha1", "kind": "TestRun", "metadata": {"name": name}}
        labelled = {"labels": {"app.kubernetes.io/part-of": "scalebed"}}
        self._api.post(
            path("testruns", self._namespace),
            body | {"metadata": {"name": name, **labelled}, "spec": copy.deepcopy(self._spec)},
        )
        self._say(f"Running TestRun {name} …")
        if not wait_for(self._clock, START_LIMIT_S, lambda: self._begun(name), every_s=1.0):
            why = obstacles.obstacles(self._api, self._namespace, labels, [name])
            raise EngineError(f"TestRun {name} did not begin within {START_LIMIT_S:.0f} s: {why}")
        if not wait_for(self._clock, LENGTH_LIMIT_S, lambda: self._ended(name), every_s=1.0):
            raise EngineError(f"TestRun {name} did not end within {LENGTH_LIMIT_S:.0f} s; kubectl get pods says more")
        return self._read(name)

    def _pods(self, name: str) -> list[Json]:
        return listed(self._api, "pods", self._namespace, dict(runner_labels(name)))

    def _begun(self, name: str) -> bool:
        pods = self._pods(name)
        return len(pods) >= self._spec.get("parallelism", 1) and all(
            field(pod, "status", "phase") not in (None, "Pending") for pod in pods
        )

    def _ended(self, name: str) -> bool:
        return all(ending(pod, pod["metadata"]["name"], "") is not None for pod in self._pods(name))

    def _read(self, name: str) -> Summary:
        """Raises EngineError where the runners' logs are gone, not whole, or end badly."""
        pods = self._pods(name)
        if not pods or not self._ended(name):
            raise EngineError(f"TestRun {name}: its runners' pods are gone or still run, so there is nothing to read")
        tally = Tally()
        try:
            for pod in pods:
                runner = pod["metadata"]["name"]
                log = self._api.text(f"{path('pods', self._namespace, runner)}/log", container=CONTAINER)
                end = ending(pod, runner, "")
                if end is not None and end.failure is not None:
                    raise EngineError(f"TestRun {name}: {end.failure}")
                tally.add(log.splitlines(keepends=True), f"pod {runner}")
                if not is_whole(log.encode().splitlines()):
                    raise EngineError(f"TestRun {name}: lines of the log of pod {runner} are missing: {ROTATED}")
            summary = tally.summary()
        except LinesError as error:
            raise EngineError(f"TestRun {name}: {error}") from error
        if summary.remarks:
            raise EngineError(f"TestRun {name}: {summary.remarks[0]}")
        return summary
