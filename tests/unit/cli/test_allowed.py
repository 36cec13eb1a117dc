"""`run --fail-if` and `--against`: what could not be judged is refused before anything is measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from compared import BEFORE, GIVEN, HOST, Measure
from rich.console import Console
from synthetic import Service
from typer.testing import CliRunner

from scalebed.cli.allowed import Allowed
from scalebed.cli.app import app
from scalebed.messages import UserError
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.conclusion import Conclusion

BOTH = {"before": BEFORE, "after": Service(cpu_ms=12.5, base_ms=25.0)}


@pytest.fixture
def measure(tmp_path: Path) -> Measure:
    return Measure(tmp_path)


def planned(run: Path, allowed: Allowed, fingerprint: dict[str, Any] | None = None, out: Path | None = None) -> None:
    """As if what that run measured were about to be, by an engine that does not know yet which cores it will take."""
    manifest = RunDirectory(run).manifest()
    allowed.require(manifest.experiment, "alone")
    known = {**manifest.fingerprint, "placement": "none: nothing is prepared", **(fingerprint or {})}
    allowed.require_alike(manifest.experiment, known, out)


@pytest.mark.parametrize(
    ("limits", "told"),
    [
        (["speed < 1 %"], "speed is none of capacity"),
        (["capacity -5"], "must be a quantity, < or >, and percent"),
        (["cpu > 10 %", "capacity < -5 %"], "--fail-if 'capacity < -5 %': synthetic does not tell capacity, but cpu, "),
    ],
)
def test_a_limit_by_which_nothing_could_be_judged(measure: Measure, limits: list[str], told: str) -> None:
    with pytest.raises(UserError, match=told):
        planned(measure("run", services=BOTH, **GIVEN), Allowed(limits))


def test_one_variant_is_compared_with_a_run_from_before_alone(measure: Measure) -> None:
    run, old = measure("run", **GIVEN), measure("old", **GIVEN)
    with pytest.raises(UserError, match="--fail-if: compares two variants, and synthetic has shop; set it against an"):
        planned(run, Allowed(["cpu > 10 %"]))
    planned(run, Allowed(["cpu > 10 %"], str(old)))
    planned(measure("both", services=BOTH, **GIVEN), Allowed(["cpu > 10 %"]))


def test_what_was_asked_something_else_or_elsewhere(measure: Measure, tmp_path: Path) -> None:
    run = measure("run", **GIVEN)
    with pytest.raises(UserError, match=r"measure different things .rates"):
        planned(run, Allowed(against=str(measure("other", **{**GIVEN, "rates": [30]}))))
    old, elsewhere = str(measure("old", **GIVEN)), {"host": {**HOST, "cores": 4}}
    with pytest.raises(UserError, match=r"unlike hosts .cores 8 and 4"):
        planned(run, Allowed(against=old), elsewhere)
    planned(run, Allowed(against=old, across_hosts=True), elsewhere)
    with pytest.raises(UserError, match="is missing"):
        planned(run, Allowed(against=str(tmp_path / "nowhere")))
    with pytest.raises(UserError, match="is the run itself; name one that was measured before"):
        planned(run, Allowed(against=str(run)), out=run)


def test_where_nothing_is_in_common(measure: Measure) -> None:
    run, two = measure("run", **GIVEN), measure("two", replicas=[2], **GIVEN)
    with pytest.raises(UserError, match="two and synthetic: have no variant with as many replicas in common"):
        planned(run, Allowed(against=str(two)))
    both = measure("both", services=BOTH, **GIVEN)
    with pytest.raises(UserError, match=r"name a variant of the run, such as .*both:before"):
        planned(run, Allowed(against=str(both)))
    planned(run, Allowed(against=f"{both}:before"))
    no_database = measure("bare", services={"shop": Service(cpu_ms=10, base_ms=20, database_ms=0)}, **GIVEN)
    planned(run, Allowed(["cpu > 10 %"], str(no_database)))


def test_an_earlier_run_is_asked_for_by_the_words_about_it(measure: Measure) -> None:
    with pytest.raises(UserError, match="--across-hosts: is about an earlier run; name it with --against"):
        planned(measure("run", **GIVEN), Allowed(across_hosts=True))


def test_its_words_are_refused_where_they_are_typed(tmp_path: Path) -> None:
    """Also those that alone ask for nothing."""
    for words, told in (
        (["--across-hosts"], "--across-hosts: is about an earlier run"),
        (["--fail-if", "speed > 1 %"], "speed is none of capacity"),
    ):
        done = CliRunner().invoke(app, ["run", "quick", "--out", str(tmp_path / "run"), *words])
        assert done.exit_code == 2, done.output
        assert told in " ".join(done.stderr.split())
    assert not (tmp_path / "run").exists()


def test_rough_figures_are_not_measured_to_be_compared(measure: Measure) -> None:
    run = measure("run", services=BOTH, **GIVEN)
    with pytest.raises(UserError, match="--host shared: figures are rough"):
        Allowed(["cpu > 10 %"]).require(RunDirectory(run).manifest().experiment, "shared")
    old = RunDirectory(measure("old", services=BOTH, **GIVEN))
    old.create(old.manifest().model_copy(update={"host": "shared"}))
    with pytest.raises(UserError, match="old: was measured with --host shared"):
        planned(run, Allowed(against=str(old.path)))


def test_a_capacity_that_is_sought_of_one_variant_alone_is_no_limit(measure: Measure) -> None:
    keys = {"kind": "matrix", "matrix": {"variants": ["naive", "optimized"]}, "rate": 9, "duration": 8, "rates": []}
    run = RunDirectory(measure("run", services=BOTH, **GIVEN)).manifest().experiment
    one = type(run).model_validate({"name": "one", **keys, "capacity": ["naive"]})
    with pytest.raises(UserError, match="one does not tell capacity, but cpu"):
        Allowed(["capacity < -5 %"]).require(one, "alone")
    Allowed(["capacity < -5 %"]).require(one.model_copy(update={"capacity": ("naive", "optimized")}), "alone")


def test_kinds_that_are_not_compared(measure: Measure) -> None:
    experiment = RunDirectory(measure("run", services=BOTH, **GIVEN)).manifest().experiment
    with pytest.raises(UserError, match="is an experiment of faults"):
        Allowed(["cpu > 10 %"]).require(experiment.model_copy(update={"kind": "fault"}), "alone")


@pytest.mark.parametrize(
    ("limit", "conclusion"), [("capacity < -5 %", Conclusion.NO), ("capacity < -40 %", Conclusion.YES)]
)
def test_what_it_comes_to_is_the_comparison(measure: Measure, limit: str, conclusion: Conclusion) -> None:
    run, console = measure("run", services=BOTH), Console(record=True, width=200)
    assert Allowed([limit]).judge(RunDirectory(run), console) is conclusion
    assert "Two variants of one run, paired by block." in " ".join(console.export_text().split())


def test_another_run_may_be_the_first_side(measure: Measure) -> None:
    old, new = measure("old"), measure("new", cpu_ms=12.5, seed=8)
    console = Console(record=True, width=200)
    assert Allowed(["capacity < -5 %"], str(old)).judge(RunDirectory(new), console) is Conclusion.NO
    # Without limits the run's own answer stands.
    assert Allowed(against=str(old)).judge(RunDirectory(new), console) is None


def test_nothing_asked_is_nothing() -> None:
    assert not Allowed()
    assert Allowed(against="old")
