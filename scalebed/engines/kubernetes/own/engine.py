"""The Kubernetes engine for applications of the user's own: images, and what runs in the cluster already."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from scalebed.engines.fingerprint import code_state
from scalebed.engines.inspection import describe_script
from scalebed.engines.k6.script import Inspected, remarks
from scalebed.engines.kubernetes import fingerprint, preflight
from scalebed.engines.kubernetes.api.helm import Helm
from scalebed.engines.kubernetes.cluster import Reached
from scalebed.engines.kubernetes.load.generator import Place, TestRunGenerator
from scalebed.engines.kubernetes.load.sending import Sending
from scalebed.engines.kubernetes.load.testruns import read_base
from scalebed.engines.kubernetes.nodes import Nodes
from scalebed.engines.kubernetes.own import readiness
from scalebed.engines.kubernetes.own.member import Member
from scalebed.engines.kubernetes.own.watching import Watching
from scalebed.engines.kubernetes.readings.sources import Source, offered
from scalebed.engines.kubernetes.readings.starts import starts_s
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.engines.kubernetes.releases.namespaces import Namespaces
from scalebed.engines.secrets import header_values
from scalebed.engines.secrets import remarks as secrecy_remarks
from scalebed.execution.ports import Clock, Finding, LoadGenerator, Probe, Program
from scalebed.experiment.plan import Cell
from scalebed.experiment.script import Script
from scalebed.experiment.spec import Experiment
from scalebed.experiment.thresholds import settle
from scalebed.measurement.load import Target
from scalebed.messages import EngineError, Say


class OwnEngine:
    """Implements `scalebed.execution.ports.Engine` for variants that name an `image` or a `deployment`.

    `inspector` says what a script is made of, by k6; `helm` installs the chart `webapp`, which only images need.
    """

    name = "kubernetes"

    def __init__(
        self,
        root: Path,
        cluster: Reached,
        clock: Clock,
        say: Say,
        runners: int,
        *,
        inspector: Callable[[Script], Inspected],
        helm: Helm | None = None,
    ) -> None:
        self._root = root
        self._cluster = cluster
        self._api = cluster.api
        self._helm = helm
        self._clock = clock
        self._say = say
        self._runners = runners
        self._inspector = inspector
        self._experiment: Experiment | None = None
        self._inspected: Inspected | None = None
        self._members: dict[str, Member] = {}
        self._source: Source | None = None
        self._sending = Sending(self._api, self._load, root / "loadtest" / "k6" / "arrivals.js")
        self._generator: TestRunGenerator | None = None
        self._probe: Watching | None = None
        self._deployed: Cell | None = None
        self._nodes = Nodes.of(self._api)
        self.cores = self._nodes.cores

    @property
    def _load(self) -> str:
        """The namespace of TestRuns."""
        return self._cluster.namespaces.load

    def _namespaces(self, experiment: Experiment) -> Namespaces:
        """Those that the project makes: without an image nothing is installed."""
        images = any(v.application is not None and v.application.image for v in experiment.variants)
        return self._cluster.namespaces if images else self._cluster.namespaces.of_load

    def settled(self, experiment: Experiment) -> Experiment:
        """With its script's thresholds in its SLO, where that asks for them. Raises UserError."""
        if not experiment.slo.thresholds or experiment.load is None:
            return experiment
        return settle(experiment, self._inspect(experiment.load).options.get("thresholds") or {})

    def preflight(self, experiment: Experiment) -> Sequence[Finding]:
        try:
            namespaces.refuse_others(self._api, self._namespaces(experiment))
        except EngineError as error:
            return [Finding("refuse", str(error))]
        findings = [*preflight.operator(self._api), *self._of_script(experiment)]
        findings += [Finding("warn", told) for told in secrecy_remarks(experiment)]
        members = self._of(experiment)
        for name, member in members.items():
            for each in member.findings(experiment):
                findings.append(Finding(each.level, f"variant {name}: {each.message}") if len(members) > 1 else each)
        _, lacking = offered(self._api, self._nodes.names, self._read(members))
        return [*findings, *([Finding("warn", f"{lacking}.")] if lacking else [])]

    def _of_script(self, experiment: Experiment) -> Iterator[Finding]:
        assert experiment.load is not None  # noqa: S101 - an application requires it
        try:
            inspected = self._inspect(experiment.load)
            self._sending.packed(experiment.load, inspected, Target("", (), (), None))
        except EngineError as error:
            yield Finding("refuse", str(error))
        else:
            yield from (Finding("warn", told) for told in remarks(inspected, judged=experiment.slo.thresholds))

    def _of(self, experiment: Experiment) -> dict[str, Member]:
        return {
            variant.name: Member.of(
                self._api, self._helm, self._cluster.namespaces.app, variant.name, variant.application
            )
            for variant in experiment.variants
            if variant.application is not None
        }

    def _read(self, members: Mapping[str, Member]) -> list[str]:
        """Namespaces in which containers are looked at."""
        return [self._load, *(member.workload.of.namespace for member in members.values())]

    def _inspect(self, script: Script) -> Inspected:
        if self._inspected is None:
            self._inspected = self._inspector(script)
        return self._inspected

    def prepare(self, experiment: Experiment, say: Say) -> None:
        """Take each variant's Lease, write down what is there, install what is not, and make the namespaces."""
        if self._experiment is not None:
            raise EngineError("prepare: this engine is in use; close it first")
        for made in namespaces.ensure(self._api, self._namespaces(experiment)):
            say(f"Made the namespace {made}.")
        self._experiment = experiment
        try:
            for name, member in self._of(experiment).items():
                self._members[name] = member
                member.take(experiment, self._load, say)
            self._source, _ = offered(self._api, self._nodes.names, self._read(self._members))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def deploy(self, cell: Cell) -> Iterator[Target]:
        """As many replicas as the cell has, nothing else of it changed; they stay until another cell, or the end."""
        experiment = self._in_use()
        if self._deployed is not None:
            raise EngineError(f"{self._deployed.id} is deployed: leave it before deploying {cell.id}")
        member = self._members[cell.variant.name]
        self._deployed = cell
        try:
            target = self._bring_up(member, cell)
            assert experiment.load is not None  # noqa: S101 - an application requires it
            owner = member.ownership.annotations
            script = self._sending.send(experiment.load, self._inspect(experiment.load), target, owner)
            place = Place(self._load, read_base(self._root), script, self._runners, owner)
            assert self._probe is not None  # noqa: S101 - it has just been made
            self._generator = TestRunGenerator(self._api, place, self._clock, self._say, self._probe)
            yield target
            self._tell_spread(member, cell)
        finally:
            self._deployed = None
            if self._generator is not None:
                self._generator.close()
                self._generator = None
            if member.installed is not None:
                member.hold.hold(0)

    def _bring_up(self, member: Member, cell: Cell) -> Target:
        member.require_held()
        leads = member.leads
        member.hold.hold(cell.replicas)
        readiness.wait(
            member.workload,
            member.hold,
            leads,
            cell.replicas,
            limit_s=member.ready_within,
            clock=self._clock,
            also=member.installed.balanced if member.installed else None,
        )
        limit = member.look()
        member.known["readings"] = self._source.name if self._source is not None else "none"
        host = self._cluster.host if self._nodes.on_this_machine else None
        self._probe = Watching(
            member.hold,
            member.workload,
            self._source,
            self._load,
            self._clock,
            host=host,
            balancer=f"{member.installed.name}-balancer-" if member.installed else "",
        )
        return Target(
            url=leads.url,
            replica_urls=(),
            parts=self._probe.parts,
            service_quota=None if limit is None or self._source is None else limit * cell.replicas,
            insecure=member.application.insecure,
            headers=header_values(member.application.headers),
            start_up_s=starts_s(member.workload.pods()),
        )

    def restore(self, cell: Cell) -> None:
        """Before each trial: nothing is put back, but that it is still held is looked at. Raises EngineError with who
        changed it."""
        if self._deployed != cell:
            raise EngineError(f"{cell.id} is not deployed, so there is nothing to restore")
        self._members[cell.variant.name].require_held()

    def load_fingerprint(self) -> Mapping[str, object]:
        experiment = self._experiment
        if experiment is None or experiment.load is None:
            return {}
        return describe_script(experiment.load, self._inspect(experiment.load))

    def fingerprint(self) -> Mapping[str, object]:
        """JSON values only; images, and how evenly pods were hit, are known once a cell has been deployed."""
        known = {name: dict(member.known) for name, member in self._members.items()}
        limited = all(each.get("cpu_limit") is not None for each in known.values())
        return {
            "engine": self.name,
            **code_state(self._root),
            "cluster": fingerprint.cluster(self._api, self._cluster.context),
            "host": {"cores": self.cores, "memory_bytes": self._nodes.memory_bytes},
            "quota": {"kind": "container limits" if limited else "none", "period_ms": 100},
            "placement": "by the scheduler",
            "images": {"k6": read_base(self._root)["spec"]["runner"]["image"]},
            "applications": known,
            "script": self.load_fingerprint(),
            "runners": self._runners,
        }

    def _tell_spread(self, member: Member, cell: Cell) -> None:
        """How evenly its pods were used."""
        shares = [] if self._probe is None else self._probe.shares()
        if len(shares) < 2:
            return
        spread = member.known.setdefault("shares", {})
        assert isinstance(spread, dict)  # noqa: S101 - made above
        spread[cell.id] = [round(share, 3) for share in shares]
        told = ", ".join(f"{share:.0%}" for share in shares)
        self._say(f"{cell.id}: through {member.leads} its {len(shares)} pods used {told} of the service's CPU.")

    def generator(self) -> LoadGenerator:
        self._in_use()
        assert self._generator is not None  # noqa: S101 - deploy has made it
        return self._generator

    def probe(self) -> Probe:
        self._in_use()
        assert self._probe is not None  # noqa: S101 - deploy has made it
        return self._probe

    def injector(self) -> None:
        """Nothing of somebody's is made to fail."""

    def programs(self) -> Sequence[Program]:
        """What else uses this machine's CPU; another machine's programs are not seen."""
        return self._cluster.programs() if self._cluster.programs and self._nodes.on_this_machine else ()

    def close(self) -> None:
        """End the load, give back what was held, and remove what was installed; safe to call twice. All of it is tried,
        and the first EngineError raised."""
        errors: list[EngineError] = []
        steps: list[Callable[[], None]] = [self._sending.take_away]
        if self._generator is not None:
            steps.insert(0, self._generator.close)
        steps += [partial(member.give_back, self._say, self._clock) for member in self._members.values()]
        for step in steps:
            try:
                step()
            except EngineError as error:
                errors.append(error)
        self._generator = None
        self._experiment = None
        self._members.clear()
        if errors:
            raise errors[0]

    def _in_use(self) -> Experiment:
        if self._experiment is None:
            raise EngineError("the Kubernetes engine is not prepared: call prepare first")
        return self._experiment
