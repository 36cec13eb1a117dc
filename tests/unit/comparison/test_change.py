from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from compared import BEFORE, GIVEN, Measure
from synthetic import Service

from scalebed.comparison.change import Change, changes, only
from scalebed.comparison.side import Place, read
from scalebed.records.run_directory import RunDirectory


def capacity(found: tuple[Change, ...]) -> Change:
    (change,) = (each for each in found if each.quantity == "capacity")
    return change


def test_two_runs_are_set_side_by_side(measure: Measure) -> None:
    found = changes(read(str(measure("a"))), read(str(measure("b", cpu_ms=12.5, seed=8))))
    change = capacity(found)
    assert change.ratio is not None
    assert change.ratio.lower is not None
    assert change.ratio.upper is not None
    # A quarter more CPU a request is a fifth less capacity.
    assert change.ratio.lower < 0.8 < change.ratio.upper
    assert 0.76 < change.ratio.estimate < 0.84
    assert change.differs
    cpu = next(each for each in found if each.quantity == "service")
    assert cpu.ratio is not None
    assert cpu.ratio.estimate == pytest.approx(1.25, rel=0.02)


def test_variants_of_one_run_are_paired_by_block(measure: Measure) -> None:
    slower = Service(cpu_ms=10.5, base_ms=21.0, database_ms=2.0)
    path = measure("run", services={"before": BEFORE, "after": slower}, **GIVEN)
    paired = changes(read(f"{path}:before"), read(f"{path}:after"))
    (cpu,) = (each for each in paired if each.quantity == "service")
    assert cpu.ratio is not None
    assert cpu.ratio.n == 5
    trials = {(t.variant, t.block): t.cpu_s_per_request["service"] for t in RunDirectory(path).trials()}
    ratios = [trials["after", block] / trials["before", block] for block in range(5)]
    product = 1.0
    for each in ratios:
        product *= each
    assert cpu.ratio.estimate == pytest.approx(product ** (1 / 5))


def test_a_control_widens_what_is_called_a_difference(measure: Measure) -> None:
    before, after = read(str(measure("a"))), read(str(measure("b", cpu_ms=10.8, seed=8)))
    control = read(str(measure("c", cpu_ms=11.2, seed=9)))
    service = next(each for each in changes(before, after) if each.quantity == "service")
    assert service.differs
    held = next(each for each in changes(before, after, control) if each.quantity == "service")
    assert held.floor is not None
    assert held.floor > 1.1
    assert held.differs is False


def changed(path: Path, blocks: Sequence[int], **update: object) -> Path:
    """The run with other outcomes in these blocks."""
    directory = RunDirectory(path)
    for repetition in list(directory.repetitions()):
        if repetition.block in blocks:
            known = {"capacity": None, "lower": None, "upper": None, **update}
            directory.add_repetition(repetition.model_copy(update=known))
    return path


def test_no_capacity_any_more_is_worse_than_any_figure(measure: Measure) -> None:
    """Blocks that found one would look as good as ever beside those that found none."""
    before, after = measure("a"), changed(measure("b"), [0, 1], outcome="none at this SLO")
    lost = capacity(changes(read(str(before)), read(str(after))))
    assert (lost.ratio, lost.worse) == (None, True)
    assert lost.lost == "after, there was no capacity at the SLO in 2 of 5 blocks"
    gained = capacity(changes(read(str(after)), read(str(before))))
    assert (gained.ratio, gained.worse) == (None, False)
    copied = changed(measure("c", seed=8), [0], outcome="none at this SLO")
    assert capacity(changes(read(str(after)), read(str(copied)))).worse is None
    gone = changed(measure("d", seed=8), range(5), outcome="none at this SLO")
    assert capacity(changes(read(str(copied)), read(str(gone)))).worse is True


@pytest.mark.parametrize("after", ["slower", "not found"])
def test_a_bad_block_before_hides_no_loss(measure: Measure, after: str) -> None:
    before = changed(measure("a"), [0], outcome="none at this SLO")
    path = measure("b", cpu_ms=50.0) if after == "slower" else changed(measure("b"), range(5), outcome="not found")
    change = capacity(changes(read(str(before)), read(str(path))))
    assert (change.ratio, change.worse) == (None, None)


def test_blocks_that_found_nothing_are_left_out_where_they_tell_nothing(measure: Measure) -> None:
    before = read(str(measure("a")))
    quiet = changed(measure("b", seed=8), [0, 1], outcome="not found", lower=20.0, upper=60.0)
    change = capacity(changes(before, read(str(quiet))))
    assert change.ratio is not None
    assert change.ratio.n == 3
    for name, known in (("c", {"upper": 5.0}), ("d", {"lower": 120.0, "outcome": "beyond the generator"})):
        loud = changed(measure(name, seed=8), [0, 1], **{"outcome": "not found", **known})
        change = capacity(changes(before, read(str(loud))))
        assert (change.ratio, change.worse) == (None, None)
        assert change.lost.startswith("2 of 5 blocks found no capacity, though it lies beyond what the others found")


def test_what_was_planned_and_not_measured_has_no_figure(measure: Measure) -> None:
    before, path = measure("a", replicas=[1, 2]), measure("b", replicas=[1, 2], seed=8)
    for file in (path / "repetitions").glob("*-x2.json"):
        file.unlink()
    found = changes(read(str(before)), read(str(path)))
    unmeasured = [change for change in found if change.place.replicas == 2]
    assert {change.quantity for change in unmeasured} >= {"capacity"}
    assert all(change.lost for change in unmeasured)


def test_a_control_that_tells_nothing_leaves_no_verdict(measure: Measure) -> None:
    before, after = read(str(measure("a", replicas=[1, 2]))), read(str(measure("b", replicas=[1, 2], seed=8)))
    control = read(str(measure("c", replicas=[1], seed=9)))
    told = {
        change.place.replicas: change for change in changes(before, after, control) if change.quantity == "capacity"
    }
    assert told[1].floor is not None
    assert (told[2].floor, told[2].differs) == (None, None)


def journeys(path: Path, each: int) -> str:
    """The run as if its load were a script whose journeys make so many requests."""
    directory = RunDirectory(path)
    for trial in list(directory.trials()):
        directory.add_trial(trial.model_copy(update={"journeys": trial.requests // each}))
    manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    manifest["experiment"] |= {"load": {"script": "/load.js"}, "workload": "load"}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return str(path)


def test_twice_the_requests_for_the_same_journey_are_no_gain(measure: Measure) -> None:
    closed: dict[str, Any] = {"kind": "closed", "users": 4, "duration": 8, "search": {"min_requests": 60}}
    before = read(journeys(measure("a", cpu_ms=10.0, **closed), 1))
    after = read(journeys(measure("b", cpu_ms=6.0, seed=8, **closed), 2))
    found = {change.quantity: change for change in changes(before, after)}
    service, throughput = found["service"].ratio, found["throughput"].ratio
    assert service is not None
    assert throughput is not None
    assert service.estimate == pytest.approx(1.2, rel=0.05)
    assert throughput.estimate < 1


def test_what_the_generator_could_not_exceed_is_no_figure(measure: Measure) -> None:
    path = measure("b")
    directory = RunDirectory(path)
    for repetition in list(directory.repetitions()):
        update = {"outcome": "beyond the generator", "capacity": None, "lower": 70.0, "upper": None}
        directory.add_repetition(repetition.model_copy(update=update))
    change = capacity(changes(read(str(measure("a"))), read(str(path))))
    assert change.worse is None
    assert change.lost == "no capacity was found beyond the 70.0 a second that it served after"


@pytest.mark.parametrize("experiment", [{}, GIVEN], ids=["capacity", "fixed-rate"])
def test_what_was_spoiled_throughout_has_no_figure_and_says_so(measure: Measure, experiment: dict[str, Any]) -> None:
    before, path = measure("a", **experiment), measure("b", **experiment)
    directory = RunDirectory(path)
    for trial in list(directory.trials()):
        directory.add_trial(trial.model_copy(update={"verdict": "INVALID"}))
    for repetition in list(directory.repetitions()):
        update = {"outcome": "not found", "capacity": None, "lower": None, "upper": None}
        directory.add_repetition(repetition.model_copy(update=update if not experiment else {}))
    found = changes(read(str(before)), read(str(path)))
    assert {change.quantity for change in found} >= {"cpu", "service", "database"}
    assert all(change.ratio is None for change in found)
    assert all(change.lost.endswith(" after") for change in found)
    assert all("after" in change.lost for change in found)
    neither = changes(read(str(path)), read(str(before)))
    assert all("before" in change.lost for change in neither)


def test_places_that_one_has_alone_are_told(measure: Measure) -> None:
    before, after = read(str(measure("a", replicas=[1, 2]))), read(str(measure("b", replicas=[1])))
    assert only(before, after) == (Place("", 2),)
    assert {change.place for change in changes(before, after)} == {Place("", 1)}
