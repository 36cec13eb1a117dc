"""What is somebody's is held, and given back as it was, after whatever end."""

import pytest
from fake_cluster import FakeApi, FakeClock
from fake_workload import FakeWorkload

from scalebed.engines.kubernetes.own.hold import BEFORE, HELD, Hold, lease_of
from scalebed.engines.kubernetes.own.workload import Workload
from scalebed.experiment.scalable import Scalable
from scalebed.messages import EngineError


class Bench:
    def __init__(self, replicas: int = 2, autoscaled: bool = True) -> None:
        self.api = FakeApi(FakeClock())
        self.theirs = FakeWorkload(self.api, replicas)
        if autoscaled:
            self.theirs.put_autoscaler()
        self.said: list[str] = []
        self.lease = self.api.put(lease_of(Scalable.of("shop/web")), {})

    @property
    def noted(self) -> dict[str, str]:
        """What the Lease says of it."""
        return self.lease["metadata"].get("annotations") or {}

    def hold(self) -> Hold:
        return Hold(Workload(self.api, Scalable.of("shop/web")))

    def run(self, *numbers: int) -> None:
        """Holds it at one after another."""
        hold = self.hold()
        hold.take()
        for replicas in numbers:
            hold.hold(replicas)

    def give_back(self) -> bool:
        return self.hold().give_back(self.said.append)


def test_replicas_and_bounds_are_given_back_and_nothing_is_left_of_it() -> None:
    bench = Bench()
    before = bench.theirs.state
    hold = bench.hold()
    assert hold.take() is False
    for replicas in (1, 4):
        hold.hold(replicas)
        assert bench.theirs.state["replicas"] == replicas
        assert bench.theirs.state["bounds"] == (replicas, replicas)
        assert hold.stray() is None
        assert bench.theirs.state["annotations"] == {}, "its controller would copy them to what it owns"
    assert hold.give_back(bench.said.append)
    assert bench.theirs.state == before
    assert not bench.give_back(), "it is not held any more"


@pytest.mark.parametrize("changes", range(14))
def test_whoever_comes_after_a_kill_at_any_change_finds_what_was_there(changes: int) -> None:
    """Killed after so many changes; then a run that holds it at other numbers is killed as well."""
    bench = Bench()
    before = bench.theirs.state
    patch, made = bench.api.patch, 0

    def dying(place: str, body: dict[str, object]) -> dict[str, object]:
        nonlocal made
        made += 1
        if made > changes:
            raise KeyboardInterrupt
        return patch(place, body)

    for numbers in ((1, 3), (5,)):
        made = 0
        bench.api.patch = dying  # type: ignore[method-assign, assignment]
        with pytest.raises(KeyboardInterrupt):
            bench.run(*numbers, 7, 8, 9)
        bench.api.patch = patch  # type: ignore[method-assign]
    bench.give_back()
    assert bench.theirs.state == before


def test_what_is_written_down_is_the_patch_that_gives_it_back() -> None:
    """So that a person with kubectl can."""
    bench = Bench()
    bench.hold().take()
    assert bench.noted[BEFORE] == '{"spec": {"replicas": 2}}'
    assert bench.theirs.state["noted"][BEFORE] == '{"spec": {"minReplicas": 2, "maxReplicas": 6}}'


def test_the_words_of_a_run_that_was_killed_stay() -> None:
    bench = Bench()
    bench.hold().take()
    bench.hold().hold(5)
    assert bench.hold().take() is True
    assert bench.noted[BEFORE] == '{"spec": {"replicas": 2}}'


def test_who_changes_it_is_named() -> None:
    bench = Bench()
    hold = bench.hold()
    hold.take()
    hold.hold(3)
    bench.theirs.set_by("argocd-application-controller", bench.theirs.place, replicas=2)
    told = hold.stray()
    assert told is not None
    assert (
        "Deployment shop/web was held at 3 replicas, and argocd-application-controller at 2026-01-02T03:04:05Z" in told
    )
    hold.hold(3)
    bench.theirs.set_by("keda-operator", bench.theirs.hpa, maxReplicas=9)
    told = hold.stray()
    assert told is not None
    assert "HPA web of Deployment shop/web was held at 3 replicas, and keda-operator" in told
    assert "set it to 3–9" in told


def test_an_autoscaler_that_had_begun_before_it_was_held_is_outrun_and_nobody_else_is() -> None:
    bench = Bench()
    hold = bench.hold()
    hold.take()
    hold.hold(3)
    for _ in range(3):
        bench.theirs.set_by("kube-controller-manager", bench.theirs.place, replicas=2)
        assert hold.outrun()
        hold.hold(3)
    assert not hold.outrun(), "by now it is a fight"
    bench.theirs.set_by("kubectl", bench.theirs.place, replicas=2)
    hold.hold(4)
    bench.theirs.set_by("flux", bench.theirs.place, replicas=2)
    assert not hold.outrun()


def test_what_somebody_else_set_meanwhile_is_left_to_them() -> None:
    bench = Bench()
    hold = bench.hold()
    hold.take()
    hold.hold(3)
    bench.theirs.set_by("kubectl-scale", bench.theirs.place, replicas=9)
    bench.theirs.set_by("kubectl-edit", bench.theirs.hpa, minReplicas=4, maxReplicas=8)
    assert bench.give_back()
    assert bench.theirs.state == {"replicas": 9, "annotations": {}, "bounds": (4, 8), "noted": {}}
    told = " ".join(bench.said)
    assert "keeps the 9 replicas that kubectl-scale" in told
    assert "HPA web keeps the 4–8 replicas that kubectl-edit" in told


def test_one_that_was_at_zero_is_at_zero_again() -> None:
    bench = Bench(0, autoscaled=False)
    hold = bench.hold()
    hold.take()
    hold.hold(2)
    hold.give_back(bench.said.append)
    assert bench.theirs.state["replicas"] == 0


def test_one_that_is_gone_is_said_to_be() -> None:
    bench = Bench()
    hold = bench.hold()
    hold.take()
    bench.api.delete(bench.theirs.place)
    assert hold.give_back(bench.said.append)
    assert "is gone" in bench.said[0]


@pytest.mark.parametrize("again", [None, 7])
def test_an_autoscaler_is_given_back_whatever_became_of_what_it_scales(again: int | None) -> None:
    """Removed, or put there once more, as `kubectl replace` and helm do, without a word of ours."""
    bench = Bench()
    hold = bench.hold()
    hold.take()
    hold.hold(3)
    before = bench.api.objects.pop(bench.theirs.place)
    if again is not None:
        bench.api.put(bench.theirs.place, {"spec": {**before["spec"], "replicas": again}})
    hold.give_back(bench.said.append)
    hpa = bench.api.objects[bench.theirs.hpa]
    assert (hpa["spec"]["minReplicas"], hpa["spec"]["maxReplicas"]) == (2, 6)
    assert not hpa["metadata"].get("annotations")
    if again is not None:
        assert bench.theirs.state["replicas"] == again


def test_a_lease_that_somebody_deletes_takes_no_words_with_it() -> None:
    bench = Bench()
    before = bench.theirs.state
    hold = bench.hold()
    hold.take()
    hold.hold(3)
    bench.api.delete(lease_of(Scalable.of("shop/web")))
    assert hold.give_back(bench.said.append)
    assert bench.theirs.state == before


def test_an_autoscaler_s_own_words_are_enough_for_it() -> None:
    """After a kill, and somebody who took the Lease for what is in the way."""
    bench = Bench()
    bench.run(1, 3)
    bench.noted.clear()
    hold = bench.hold()
    assert hold.take() is False
    hold.hold(2)
    hold.give_back(bench.said.append)
    assert (bench.theirs.state["bounds"], bench.theirs.state["noted"]) == ((2, 6), {})


def test_what_its_user_did_before_it_was_held_is_given_back() -> None:
    """Of several variants the last is held long after the run began."""
    bench = Bench(autoscaled=False)
    hold = bench.hold()
    hold.take()
    bench.theirs.set_by("kubectl-scale", bench.theirs.place, replicas=5)
    bench.theirs.put_autoscaler(4, 8)
    hold.hold(3)
    hold.give_back(bench.said.append)
    assert bench.theirs.state == {"replicas": 5, "annotations": {}, "bounds": (4, 8), "noted": {}}


def test_what_its_user_did_after_a_kill_is_given_back() -> None:
    bench = Bench()
    bench.run(1, 3)
    bench.theirs.set_by("kubectl-edit", bench.theirs.hpa, minReplicas=4, maxReplicas=8)
    bench.theirs.set_by("kubectl-scale", bench.theirs.place, replicas=5)
    hold = bench.hold()
    assert hold.take() is True
    hold.hold(2)
    hold.give_back(bench.said.append)
    assert bench.theirs.state == {"replicas": 5, "annotations": {}, "bounds": (4, 8), "noted": {}}


def test_a_number_that_was_held_before_is_somebody_s_where_they_set_it_now() -> None:
    bench = Bench(4, autoscaled=False)
    hold = bench.hold()
    hold.take()
    hold.hold(1)
    hold.hold(3)
    assert bench.noted[HELD] == "3"
    bench.theirs.set_by("kubectl-scale", bench.theirs.place, replicas=1)
    hold.give_back(bench.said.append)
    assert bench.theirs.state["replicas"] == 1
    assert "keeps the 1 replicas that kubectl-scale" in bench.said[0]


def test_an_annotation_that_cannot_be_read_is_told_and_kept() -> None:
    bench = Bench(autoscaled=False)
    bench.api.patch(lease_of(Scalable.of("shop/web")), {"metadata": {"annotations": {BEFORE: "what?"}}})
    with pytest.raises(EngineError, match="says what it was before an experiment and cannot be read; see to it"):
        bench.give_back()
    assert bench.noted == {BEFORE: "what?"}
