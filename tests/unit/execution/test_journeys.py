"""Whole runs of loads whose arrivals are journeys: several requests, with pauses."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from simulation import Behaviour, SimulatedEngine, SimulatedRun

from scalebed.execution.endings import RunnerError
from scalebed.execution.observer import Remaining, Silent, TrialStart
from scalebed.execution.runner import Runner
from scalebed.experiment.spec import Experiment, parse_experiment
from scalebed.measurement.load import Load, Target, most_vus
from scalebed.measurement.readings import CheckCount, EndpointSecond, GeneratorSecond
from scalebed.measurement.timeline import Journeys
from scalebed.records.run_directory import Repetition, RunDirectory
from scalebed.report import Report
from scalebed.report.findings.conclusion import Conclusion


def experiment(tmp_path: Path, **more: object) -> Experiment:
    (tmp_path / "shop.js").write_text("export default function () {}\n", encoding="utf-8")
    keys = {
        "name": "shop", "service": {"command": "serve $BIND"}, "load": {"script": "shop.js"}, "blocks": 3,
        "search": {"precision": 0.1, "max_trial": 60}, **more,
    }  # fmt: skip
    return parse_experiment(keys, "scalebed.yaml", folder=tmp_path)


def run(tmp_path: Path, behaviour: Behaviour, **more: object) -> tuple[RunDirectory, SimulatedEngine]:
    engine = SimulatedEngine({"shop": behaviour})
    directory = RunDirectory(tmp_path / "run")
    Runner(engine, engine.clock, directory, experiment(tmp_path, **more), Silent()).run()
    return directory, engine


@pytest.mark.parametrize("pause_s", [0.0, 2.0])
def test_the_capacity_is_of_journeys_whatever_they_do_between_requests(tmp_path: Path, pause_s: float) -> None:
    behaviour = Behaviour(60, requests=3, pause_s=pause_s)
    directory, _ = run(tmp_path, behaviour, replicas=[1, 2])
    for repetition in directory.repetitions():
        assert repetition.outcome == "found", repetition.note
        true = behaviour.capacity(repetition.replicas)
        assert abs(math.log((repetition.capacity or 0) / true)) < 0.2, (repetition.capacity, true)
    counted = [trial for trial in directory.trials() if trial.verdict == "PASS" and trial.rate_asked]
    assert counted
    for trial in counted:
        assert trial.requests_per_arrival == pytest.approx(3, rel=0.1)
        assert trial.pause_ms == pytest.approx(3 * pause_s * 1000, abs=200)
        assert trial.little_ratio == pytest.approx(1, abs=0.25)
    verdicts = Counter(trial.verdict for trial in directory.trials())
    assert not verdicts["INVALID"], [trial.reasons for trial in directory.trials() if trial.verdict == "INVALID"]


def test_the_report_tells_both_units(tmp_path: Path) -> None:
    directory, _ = run(tmp_path, Behaviour(60, requests=3, pause_s=1.0))
    report = Report(directory)
    assert "journeys a second at one replica" in report.answer
    assert re.search(r"A journey is [23]\.?\d* requests and [23],\d+ ms of pauses on average", report.answer)
    (cell,) = report.analysis.cells
    assert cell.rate is not None
    assert cell.quota_share == pytest.approx(cell.rate.estimate * 3 / 60, rel=0.1)
    assert cell.ceiling is not None
    assert cell.ceiling > cell.rate.estimate


def test_vus_are_enough_for_the_pauses(tmp_path: Path) -> None:
    directory, engine = run(tmp_path, Behaviour(60, requests=2, pause_s=4.0), blocks=1)
    fastest = max((load for load in engine.loads if load.rate), key=lambda load: load.rate)
    assert fastest.max_vus > fastest.rate * 8
    assert all("dropped" not in trial.errors for trial in directory.trials())


def test_the_most_vus_are_asked_for_where_journeys_take_long(tmp_path: Path) -> None:
    slow = Journeys(ended=10, total_ms=0, requests=1, pause_s=100)
    assert most_vus(50, experiment(tmp_path).slo, slow) == 2000


@pytest.mark.parametrize(
    ("failure", "checks", "told"),
    [
        (
            "the script asks for https://cdn.example:443, which is not the target",
            (),
            "asks for https://cdn.example:443",
        ),
    ],
)
def test_a_script_that_does_not_work_at_all_ends_the_run(
    tmp_path: Path, failure: str, checks: tuple[CheckCount, ...], told: str
) -> None:
    engine = SimulatedEngine({"shop": Behaviour(60)}, generator_failure=failure, checks=checks)
    runner = Runner(engine, engine.clock, RunDirectory(tmp_path / "run"), experiment(tmp_path), Silent())
    with pytest.raises(RunnerError, match=told):
        runner.run()
    assert engine.closed == 1


@dataclass
class Edited(SimulatedEngine):
    """Knows what it was begun with, which may change."""

    script: str = "1"

    def load_fingerprint(self) -> Mapping[str, object]:
        return {"script": "/x/load.js", "files": {"/x/names.json": self.script}}

    def fingerprint(self) -> Mapping[str, object]:
        return {**super().fingerprint(), "script": self.load_fingerprint()}


class Interrupting(Silent):
    """After the first repetition."""

    def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
        raise KeyboardInterrupt


def test_what_was_edited_since_is_not_measured_into_the_same_run(tmp_path: Path) -> None:
    spec = experiment(tmp_path, kind="fixed-rate", rates=[5], duration=60, blocks=2)
    directory = RunDirectory(tmp_path / "run")
    engine = Edited({"shop": Behaviour(30)})
    with pytest.raises(KeyboardInterrupt):
        Runner(engine, engine.clock, directory, spec, Interrupting()).run()
    before = [trial.model_dump_json() for trial in directory.trials()]
    again = Edited({"shop": Behaviour(30)}, script="2")
    with pytest.raises(RunnerError, match=r"begun before these changed: /x/names\.json; .*another directory \(--out\)"):
        Runner(again, again.clock, directory, spec, Silent()).run()
    assert (len(before), again.loads) == (1, [])
    assert [trial.model_dump_json() for trial in directory.trials()] == before
    whole = Edited({"shop": Behaviour(30)})
    Runner(whole, whole.clock, directory, spec, Silent()).run()
    assert len(list(directory.repetitions())) == 2


def test_what_is_edited_while_it_is_measured_ends_the_run(tmp_path: Path) -> None:
    spec = experiment(tmp_path, kind="fixed-rate", rates=[5], duration=60, blocks=2)
    engine = Edited({"shop": Behaviour(30)})

    class Editing(Silent):
        def repetition_finished(self, repetition: Repetition, remaining: Remaining) -> None:
            engine.script = "2"

    with pytest.raises(RunnerError, match=r"/x/names\.json"):
        Runner(engine, engine.clock, RunDirectory(tmp_path / "run"), spec, Editing()).run()
    assert len(list(RunDirectory(tmp_path / "run").trials())) == 1


def test_a_trial_in_which_the_script_was_edited_is_dropped(tmp_path: Path) -> None:
    """k6 reads it anew for each trial, so one answer would be of both."""
    spec = experiment(tmp_path, blocks=1)
    directory = RunDirectory(tmp_path / "run")
    engine = Edited({"shop": Behaviour(30)})

    class Editing(Silent):
        started = 0

        def trial_started(self, start: TrialStart) -> None:
            self.started += 1
            if self.started == 3:
                engine.script = "2"

    with pytest.raises(RunnerError, match=r"begun before these changed: /x/names\.json; one answer"):
        Runner(engine, engine.clock, directory, spec, Editing()).run()
    assert (len(list(directory.trials())), engine.runs_under_way) == (2, 0)


@dataclass
class Writing(SimulatedEngine):
    """Its service writes a file of its own folder anew at each start, and a line of code is edited at one of them."""

    edited_at: int = 0

    def fingerprint(self) -> Mapping[str, object]:
        starts = len(self.deployed)
        sources = {"dist/main.js": f"{starts}", "shop.js": f"{0 < self.edited_at <= starts}"}
        return {**super().fingerprint(), "applications": {"shop": {"command": "serve", "sources": sources}}}


def test_a_service_that_writes_code_as_it_starts_does_not_end_its_own_run(tmp_path: Path) -> None:
    spec = experiment(tmp_path, kind="fixed-rate", rates=[5], duration=60, blocks=2)
    directory = RunDirectory(tmp_path / "run")
    engine = Writing({"shop": Behaviour(30)})
    Runner(engine, engine.clock, directory, spec, Silent()).run()
    (told,) = directory.manifest().findings
    assert told.startswith("shop-x1: these changed in its own folder while it started")
    assert "dist/main.js of shop" in told
    again, spec = Writing({"shop": Behaviour(30)}, edited_at=2), spec.model_copy(update={"blocks": 3})
    with pytest.raises(RunnerError, match=r"these changed: shop\.js of shop;"):
        Runner(again, again.clock, RunDirectory(tmp_path / "edited"), spec, Silent()).run()


class Listening(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def said(self, line: str) -> None:
        self.lines.append(line)


SERCH = ["p(95) < 2 s", "p(90) < 500 ms for serch"]


def test_a_limit_for_an_endpoint_that_never_comes_ends_the_run(tmp_path: Path) -> None:
    engine = SimulatedEngine({"shop": Behaviour(600)})
    spec = experiment(tmp_path, kind="fixed-rate", rates=[200], duration=60, slo=SERCH)
    runner = Runner(engine, engine.clock, RunDirectory(tmp_path / "run"), spec, Silent())
    with pytest.raises(RunnerError, match=r"no request came for serch, .*: detail; name one of these under slo"):
        runner.run()
    assert len(engine.loads) == 2, "a warm-up, and a whole trial"


class Rarely(SimulatedEngine):
    """Asks for `serch` in its third load only, a warm-up and a first trial of some 12,000 requests gone by."""

    def start(self, target: Target, load: Load) -> SimulatedRun:
        run = super().start(target, load)
        if len(self.loads) == 3:
            told = run.poll

            def poll(timeout_s: float) -> tuple[Sequence[EndpointSecond], Sequence[GeneratorSecond]]:
                endpoints, generator = told(timeout_s)
                return [replace(each, endpoint="serch") for each in endpoints], generator

            run.poll = poll  # type: ignore[method-assign]
        return run


def test_a_rare_endpoint_ends_no_run_whose_largest_trial_is_yet_to_come(tmp_path: Path) -> None:
    """Nor does a warm-up of thousands of requests without it: of 0.2%, one in eight of 1,000 requests has none."""
    engine = Rarely({"shop": Behaviour(600)})
    spec = experiment(tmp_path, kind="fixed-rate", rates=[30, 200], duration=60, blocks=1, slo=SERCH)
    directory = RunDirectory(tmp_path / "run")
    Runner(engine, engine.clock, directory, spec, Silent()).run()
    assert [trial.verdict for trial in directory.trials()] == ["UNDECIDED", "PASS"]


def test_while_it_may_yet_come_the_answer_is_the_same_everywhere(tmp_path: Path) -> None:
    engine, observer = SimulatedEngine({"shop": Behaviour(30)}), Listening()
    directory = RunDirectory(tmp_path / "run")
    spec = experiment(tmp_path, kind="fixed-rate", rates=[5], duration=60, blocks=1, slo=SERCH)
    Runner(engine, engine.clock, directory, spec, observer).run()
    assert any("Mind: shop-x1: no request came for serch" in line for line in observer.lines)
    report = Report(directory)
    assert [trial.verdict for trial in directory.trials()] == ["UNDECIDED"]
    assert "shop stayed undecided (No request for serch came" in report.answer
    assert "misses it" not in report.answer
    assert report.conclusion is Conclusion.NO_VALID_ANSWER


def test_of_what_runs_at_a_url_the_report_says_what_it_cannot_know(tmp_path: Path) -> None:
    service = {"url": "http://127.0.0.1:8000"}
    directory, _ = run(tmp_path, Behaviour(60, requests=3), service=service, blocks=1)
    report = Report(directory)
    assert "nothing is known of what it is made of, what CPU it used, or what held it back" in report.answer
    (cell,) = report.analysis.cells
    assert (cell.quota_cores, cell.quota_share, cell.caveats) == (None, None, ("not started here",))
    checks = {check.subject: check.seen for check in report.analysis.checks}
    assert checks["CPU quotas"] == "none of the testbed's: what was measured was running already"
    assert "Cache" not in checks
