"""A run on a user's release is killed at every change that it makes; whoever comes next gives back what was there."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from fake_cluster import FakeApi, FakeClock, node
from fake_death import Killed, Life, MortalApi, MortalHelm
from fake_helm import NAMESPACE, FakeHelm
from fake_operator import FakeOperator

from scalebed.engines.kubernetes.api.paths import path
from scalebed.engines.kubernetes.api.revisions import FOR_AN_EXPERIMENT, GIVEN_BACK
from scalebed.engines.kubernetes.cluster import Cluster
from scalebed.engines.kubernetes.down import down
from scalebed.engines.kubernetes.engine import KubernetesEngine
from scalebed.engines.kubernetes.releases import namespaces
from scalebed.experiment.plan import cells
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.load import Load
from scalebed.messages import EngineError
from scalebed.paths import ROOT

LEASE = path("leases", NAMESPACE, "scalebed-scalebed")
FIXED: Mapping[str, Any] = {"naive": {"replicas": 2, "env": {"LANGUAGE": "de"}}, "optimized": {"replicas": 1}}
SCALED: Mapping[str, Any] = {"optimized": {"autoscaling": {"enabled": True, "maxReplicas": 5}}}


def experiment(**keys: object) -> Experiment:
    data = {"name": "x", "engine": "kubernetes", "variants": ["optimized"], "replicas": [1], **keys}
    return parse_experiment(data, "x.yaml")


class World:
    """A cluster with a user's release in it, of which `optimized` was scaled by hand or by an HPA."""

    def __init__(self, there: Mapping[str, Any] | None, replicas: int = 3) -> None:
        self.clock = FakeClock()
        self.api = FakeApi(self.clock)
        self.api.put("/api/v1/nodes/one", node("one", "8"))
        self.api.put("/apis/k6.io/v1alpha1", {})
        self.api.put("/version", {"gitVersion": "v1.34.4"})
        self.api.texts["/api/v1/nodes/one/proxy/metrics/cadvisor"] = lambda: ""
        self.operator = FakeOperator(self.api)
        labels = {"app.kubernetes.io/part-of": "scalebed"}
        for name in ("scalebed", "scalebed-load"):
            self.api.put(f"/api/v1/namespaces/{name}", {"metadata": {"labels": labels}})
        self.helm = FakeHelm(self.api, there)
        if there is not None:
            self.api.patch(path("deployments", NAMESPACE, "scalebed-optimized"), {"spec": {"replicas": replicas}})
            self.clock.sleep(10.0)
        self.said: list[str] = []

    def cluster(self, life: Life) -> Cluster:
        names = namespaces.named(None)
        return Cluster(
            api=MortalApi(self.api, life), helm=MortalHelm(self.helm, life), namespaces=names, context="kind-scalebed"
        )

    def run(self, life: Life, spec: Experiment | None = None) -> None:
        """A run with one load in each cell, to its end or its death."""
        spec = spec or experiment()
        engine = KubernetesEngine(ROOT, self.cluster(life), self.clock, self.said.append, 1)
        try:
            engine.prepare(spec, self.said.append)
            for cell in cells(spec):
                with engine.deploy(cell) as target:
                    engine.restore(cell)
                    engine.generator().start(target, Load(spec.workload, 20.0, 2.0, 50, 7, 1000)).stop()
        finally:
            engine.close()

    def down(self, life: Life | None = None) -> None:
        down(self.cluster(life or Life()), self.clock, self.said.append)

    def kill(self, life: Life, what: str = "run") -> None:
        try:
            self.run(life) if what == "run" else self.down(life)
        except (Killed, EngineError):
            assert life.over
        if LEASE in self.api.objects:
            self.api.objects[LEASE]["spec"]["holderIdentity"] = f"{self._host()}/999999999@1.00"

    def _host(self) -> str:
        holder: str = self.api.objects[LEASE]["spec"]["holderIdentity"]
        return holder.rpartition("/")[0]

    def state(self) -> dict[str, Any]:
        """What the user sees of the release, and everything of ours."""
        deployments = {
            place: (body["spec"]["replicas"], body["spec"].get("template"))
            for place, body in self.api.objects.items()
            if "/deployments/" in place and "spec" in body
        }
        ours = [
            place
            for place in self.api.objects
            if any(word in place for word in ("/secrets/", "/leases/", "/testruns/", "scalebed-made-"))
        ]
        return copy.deepcopy({"values": self.helm.given, "deployments": deployments, "ours": ours})


def moments(world: World, killed: Life | None = None) -> list[tuple[int, bool]]:
    """Number of each change that a run makes, or `down` after a run that was killed, and whether helm is halfway."""
    life = Life()
    if killed is None:
        world.run(life)
    else:
        world.kill(killed)
        world.down(life)
    whole = [(number, False) for number in range(1, life.changes + 1)]
    assert len(life.by_helm) >= 1
    return [*whole, *((number, True) for number in life.by_helm)]


MIDDLE = 12
"""The number of a change while the cell is up."""


@pytest.mark.parametrize("there", [FIXED, SCALED], ids=["fixed", "scaled"])
@pytest.mark.parametrize("after", ["down", "run"])
def test_after_a_kill_everything_is_as_it_was(there: Mapping[str, Any], after: str) -> None:
    for moment, halfway in moments(World(there)):
        world = World(there)
        before = world.state()
        world.kill(Life(moment, halfway=halfway))
        world.down() if after == "down" else world.run(Life())
        assert world.state() == before, f"killed at change {moment}, {halfway=}: {world.said}"


def test_a_kill_while_things_are_given_back_does_no_harm() -> None:
    for moment, halfway in moments(World(FIXED), Life(MIDDLE)):
        world = World(FIXED)
        before = world.state()
        world.kill(Life(MIDDLE))
        assert world.state() != before
        world.kill(Life(moment, halfway=halfway), "down")
        world.down()
        assert world.state() == before, f"killed at change {moment}, {halfway=}: {world.said}"


@pytest.mark.parametrize("kept", [10, 1], ids=["kept", "forgotten"])
def test_it_is_the_revision_that_it_was_unless_helm_has_forgotten_it(kept: int) -> None:
    world = World(FIXED)
    world.helm.history_max = kept
    before = world.state()
    world.run(Life())
    assert world.state() == before
    description = world.helm.history("scalebed")[-1].description
    assert description == ("Rollback to 1" if kept > 1 else GIVEN_BACK)


def test_what_its_user_did_after_the_kill_is_not_undone() -> None:
    for after in ("down", "run"):
        world = World(FIXED)
        world.kill(Life(MIDDLE))
        mended = {"naive": {"replicas": 4}}
        world.helm.upgrade("scalebed", mended, "Upgrade complete")
        before = world.state()["values"], world.state()["deployments"]
        world.down() if after == "down" else world.run(Life())
        assert (world.state()["values"], world.state()["deployments"]) == before
        assert world.state()["ours"] == []
        assert ("Somebody has upgraded" in " ".join(world.said)) == (after == "down")


def test_a_release_that_its_user_removed_is_not_brought_back() -> None:
    world = World(FIXED)
    world.kill(Life(MIDDLE))
    world.helm.uninstall("scalebed")
    world.down()
    assert world.helm.history("scalebed") == []
    assert world.state()["ours"] == []
    assert "is gone, so nothing is put back" in " ".join(world.said)


def test_an_own_release_that_was_killed_while_it_was_installed_is_installed_anew() -> None:
    for moment, halfway in moments(World(None)):
        world = World(None)
        world.kill(Life(moment, halfway=halfway))
        world.run(Life())
        assert world.helm.history("scalebed")[-1].status == "deployed"
        world.down()
        assert world.helm.history("scalebed") == []
        assert world.state()["ours"] == []


def test_what_a_user_made_of_an_engine_s_release_is_theirs() -> None:
    world = World(None)
    world.run(Life())
    world.helm.upgrade("scalebed", FIXED, "Upgrade complete")
    world.clock.sleep(10.0)
    before = world.state()
    world.run(Life())
    assert world.state()["values"] == FIXED
    assert world.state()["deployments"] == before["deployments"]
    world.down()
    assert world.helm.uninstalled == []
    assert world.state()["values"] == FIXED


def test_a_release_of_a_user_who_removed_the_engine_s_is_theirs() -> None:
    world = World(None)
    world.run(Life())
    world.helm.uninstall("scalebed")
    world.helm.uninstalled.clear()
    world.helm.upgrade("scalebed", FIXED, "Install complete")
    world.down()
    assert world.helm.uninstalled == []
    assert world.state()["values"] == FIXED


def test_a_helm_at_work_is_waited_for_and_one_that_is_not_ours_never_undone() -> None:
    world = World(FIXED)
    whole = list(world.helm.revisions)
    pending = (replace(whole[0][0], number=2, status="pending-upgrade"), FIXED)
    world.helm.revisions.append(pending)
    with pytest.raises(EngineError, match=r"helm has not finished revision 2 \(pending-upgrade\): wait until whoever"):
        world.run(Life())
    assert world.helm.revisions == [*whole, pending]
    world.clock.after(30.0, lambda: world.helm.revisions.remove(pending))
    world.run(Life())
    assert world.state()["values"] == FIXED


def test_a_helm_that_outlives_its_run_is_not_taken_for_one_that_never_began() -> None:
    for after in ("down", "run"):
        world = World(FIXED)
        before = world.state()
        life = Life()
        world.run(life)
        world = World(FIXED)
        world.kill(Life(life.by_helm[0]))  # the first upgrade, which then happens by itself
        world.clock.after(4.0, partial(world.helm.upgrade, "scalebed", {"naive": {"replicas": 0}}, FOR_AN_EXPERIMENT))
        world.down() if after == "down" else world.run(Life())
        world.clock.sleep(10.0)
        assert world.state() == before


def test_a_release_of_another_chart_is_refused_before_anything_changes() -> None:
    world = World(FIXED)
    world.helm.revisions[0] = (replace(world.helm.revisions[0][0], chart="scalebed-0.0.9"), FIXED)
    before = world.state()
    with pytest.raises(
        EngineError, match=r"is of the chart scalebed-0\.0\.9 and could be given back only as scalebed-0"
    ):
        world.run(Life())
    assert world.state() == before


def test_a_run_ends_when_somebody_upgrades_the_release_under_it() -> None:
    world = World(FIXED)
    mended = {"naive": {"replicas": 4}}
    world.operator.api.deleted = lambda path: (
        world.helm.upgrade("scalebed", mended, "Upgrade complete") if "/testruns/" in path else None
    )
    with pytest.raises(EngineError, match=r"somebody upgraded it to revision \d+ while an experiment uses it"):
        world.run(Life(), experiment(replicas=[1, 2]))
    assert world.state()["values"] == mended
    assert world.state()["ours"] == []


def test_a_user_s_rows_and_idle_services_stay() -> None:
    world = World(FIXED)
    world.run(Life(), experiment(workload="write-mix"))
    of_cells = [values for values in world.helm.upgrades if values["optimized"].get("replicas")][:-1]
    revisions = {values["optimized"]["database"]["revision"] for values in of_cells}
    assert len(revisions) == len(of_cells) == 2
    assert all(revisions)
    assert {values["optimized"]["database"]["spared"] for values in of_cells} == {"optimized_rows"}
    for values in of_cells:
        assert values["naive"]["replicas"] == 0
        assert "enabled" not in values["naive"]
        assert values["naive"]["database"] == {"enabled": False}
