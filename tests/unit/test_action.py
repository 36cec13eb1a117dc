"""action.yml: its steps refuse what cannot be before anything is measured, and judge runs that are there."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from compared import BEFORE, GIVEN, Measure

from action import Done, described, perform
from scalebed import paths

PAGE = (paths.ROOT / "docs" / "how-to" / "measure-in-github-actions.md").read_text(encoding="utf-8")


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A checkout, and a `scalebed` on the PATH beside it."""
    command = tmp_path / "bin" / "scalebed"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scalebed "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    (tmp_path / "checkout").mkdir()
    return tmp_path


def act(job: Path, **inputs: str) -> Done:
    environment = {
        **os.environ,
        "PATH": f"{job / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(paths.ROOT),
        "SCALEBED_CACHE": str(job / "cache"),
    }
    return perform(job / "checkout", job / "temp", environment, inputs={"version": "installed", **inputs})


def judged(
    job: Path, run: Path, *, measured: int = 0, base: str = "", fail_if: str = "", undecided: str = "fail"
) -> Done:
    """By the last step alone, as if the run had just been measured."""
    action = described()
    action["runs"]["steps"] = action["runs"]["steps"][-1:]
    environment = {**os.environ, "PATH": f"{job / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(paths.ROOT)}
    before = {"steps.measure.outputs.run": str(run), "steps.measure.outputs.code": str(measured)}
    return perform(
        job / "checkout", job / "temp", environment, action=action, before=before,
        inputs={"base": base, "fail_if": fail_if, "no_valid_answer": undecided},
    )  # fmt: skip


def test_every_input_and_output_is_used_and_on_its_page() -> None:
    action = described()
    steps = str(action["runs"]["steps"])
    for name in action["inputs"]:
        assert f"${{{{ inputs.{name} }}}}" in steps
        assert f"`{name}`" in PAGE
    for name in action["outputs"]:
        assert f"`{name}`" in PAGE
    for step in action["runs"]["steps"]:
        (script,) = re.findall(r"action/\w+", step["run"])
        assert os.access(paths.ROOT / script, os.X_OK)
        # What a user says reaches a shell as a variable, and never as a part of its program.
        assert "${{" not in step["run"]


@pytest.mark.parametrize(
    ("inputs", "told"),
    [
        ({"base": "src"}, "base: src is a folder and holds no run; name a run directory, or a revision"),
        ({"out": "kept"}, "out: kept holds a run already; name another folder"),
        ({"no_valid_answer": "ignore"}, "no-valid-answer: is fail or pass, not ignore"),
        ({"experiment": "absent.yaml"}, "the experiment could not be run; the lines above say why"),
        ({}, "the experiment could not be run; the lines above say why"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once(job: Path, inputs: dict[str, str], told: str) -> None:
    (job / "checkout" / "src").mkdir()
    Measure(job / "checkout")("kept")
    done = act(job, **inputs)
    assert done.code == 2
    assert f"::error::scalebed: {told}" in done.said
    assert done.summary == ""
    assert done.outputs["verdict"] in {"", "could-not-run"}


def test_without_scalebed_installed_means_nothing(job: Path) -> None:
    done = perform(job / "checkout", job / "temp", {"PATH": "/usr/bin:/bin"}, inputs={"version": "installed"})
    assert done.code == 2
    assert "version: no scalebed is installed; leave version out, and it will be" in done.said


def test_a_version_that_is_not_there_is_refused(job: Path) -> None:
    done = perform(job / "checkout", job / "temp", dict(os.environ), inputs={"version": "1.2.3"})
    assert done.code == 2
    assert "version: 1.2.3 is not there; name a folder, a wheel or its address" in done.said


def test_a_limit_that_is_kept_and_one_that_is_broken(job: Path) -> None:
    measure = Measure(job / "checkout")
    old, new = measure("old", **GIVEN), measure("new", cpu_ms=14.0, **GIVEN)
    kept = judged(job, new, base=str(old), fail_if="cpu > 80 %\n")
    assert (kept.code, kept.outputs["verdict"]) == (0, "yes")
    assert kept.summary.startswith("### old → new: limits kept")
    broken = judged(job, new, base=str(old), fail_if="  cpu > 80 %\n\n  cpu > 10 %\n")
    assert (broken.code, broken.outputs["verdict"]) == (1, "no")
    assert broken.summary.startswith("### old → new: limits BROKEN")
    assert "::error::scalebed: the answer is no; the summary says why" in broken.said
    assert (new / "compare.xml").read_text(encoding="utf-8").count("<testcase") == 2


def test_of_a_run_with_two_variants_one_is_the_base(job: Path) -> None:
    both = Measure(job / "checkout")("both", services={"before": BEFORE, "after": BEFORE}, **GIVEN)
    done = judged(job, both, base="main", fail_if="cpu > 10 %")
    assert (done.code, done.outputs["verdict"]) == (0, "yes")
    assert "both:before → both:after" in done.summary


def test_what_cannot_be_compared_is_said_in_the_summary(job: Path) -> None:
    measure = Measure(job / "checkout")
    old, new = measure("old", **GIVEN), measure("new")
    done = judged(job, new, base=str(old), fail_if="cpu > 10 %")
    assert (done.code, done.outputs["verdict"]) == (2, "could-not-run")
    assert done.summary.startswith("**Nothing was compared.** scalebed: ")


@pytest.mark.parametrize(("measured", "undecided", "code", "verdict"), [
    (0, "fail", 0, "yes"), (1, "fail", 1, "no"), (1, "pass", 1, "no"), (3, "fail", 3, "no-valid-answer"),
    (3, "pass", 0, "no-valid-answer"),
])  # fmt: skip
def test_without_a_base_the_run_itself_is_the_answer(
    job: Path, measured: int, undecided: str, code: int, verdict: str
) -> None:
    run = Measure(job / "checkout")("run")
    (run / "report.md").write_text("# shop\n", encoding="utf-8")
    done = judged(job, run, measured=measured, undecided=undecided)
    assert (done.code, done.outputs["verdict"]) == (code, verdict)
    assert "<details><summary>The report of the run</summary>\n\n# shop\n" in done.summary


def test_a_limit_by_which_nothing_could_be_judged_ends_it_before_anything_is_measured(job: Path) -> None:
    done = act(job, experiment="quick", out="run", fail_if="cpu > 10 %\nspeed > 1 %")
    assert (done.code, done.outputs["verdict"]) == (2, "could-not-run")
    assert "--fail-if 'speed > 1 %': speed is none of capacity" in " ".join(done.said.split())
    assert not (job / "checkout" / "run").exists()
