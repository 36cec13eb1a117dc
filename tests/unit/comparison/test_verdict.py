from __future__ import annotations

import itertools
import shutil
from pathlib import Path
from typing import Any

import pytest
from compared import GIVEN, HOST, Measure

from scalebed.comparison import words
from scalebed.comparison.likeness import UnlikeError
from scalebed.comparison.limit import parse
from scalebed.comparison.side import read
from scalebed.comparison.verdict import compare
from scalebed.records.run_directory import RunDirectory
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.conclusion import Conclusion

LIMITS = [parse("capacity < -5 %")]


def test_a_slower_one_is_a_no_and_the_other_way_round_a_yes(measure: Measure) -> None:
    fast, slow = read(str(measure("a"))), read(str(measure("b", cpu_ms=12.5, seed=8)))
    assert compare(fast, slow, LIMITS).conclusion is Conclusion.NO
    assert compare(slow, fast, LIMITS).conclusion is Conclusion.YES
    assert compare(fast, slow).conclusion is Conclusion.YES  # nothing was asked


def test_the_same_service_measured_again_breaks_no_limit(measure: Measure) -> None:
    """Twenty times, of which one may."""
    sides = [read(str(measure(f"run{seed}", seed=seed))) for seed in range(21)]
    broken = [compare(one, other, LIMITS).conclusion for one, other in itertools.pairwise(sides)]
    assert broken.count(Conclusion.NO) <= 1
    assert set(broken) <= {Conclusion.NO, Conclusion.YES}


def test_unlike_hosts_are_refused_unless_told(measure: Measure) -> None:
    before = read(str(measure("a")))
    after = read(str(measure("b", fingerprint={"host": {**HOST, "cores": 4}})))
    with pytest.raises(UnlikeError, match=r"unlike hosts \(cores 8 and 4\)"):
        compare(before, after)
    assert compare(before, after, across_hosts=True).hosts == ("cores 8 and 4",)
    with pytest.raises(UnlikeError, match="unlike hosts"):
        compare(before, read(str(measure("c"))), control=after)


def test_a_thing_is_not_compared_with_itself(measure: Measure) -> None:
    side = read(str(measure("a")))
    with pytest.raises(UnlikeError, match="are the same"):
        compare(side, side)


def test_nothing_in_common_is_refused(measure: Measure) -> None:
    with pytest.raises(UnlikeError, match="in common; name a variant of each"):
        compare(read(str(measure("a", replicas=[1]))), read(str(measure("b", replicas=[2]))))


def test_missing_the_slo_is_a_no_however_cheap_it_became(measure: Measure) -> None:
    path = measure("b", cpu_ms=5.0, **GIVEN)
    directory = RunDirectory(path)
    for trial in list(directory.trials())[:2]:
        directory.add_trial(trial.model_copy(update={"verdict": "FAIL", "judged": "FAIL"}))
    comparison = compare(read(str(measure("a", **GIVEN))), read(str(path)), [parse("cpu > 10 %")])
    assert [judged.conclusion for judged in comparison.judgements] == [Conclusion.YES]
    assert list(comparison.broken.values()) == [
        "shop at one replica, 20 requests a second: the SLO was missed in 2 of 5 blocks, before in none."
    ]
    assert {words.verdict(change, comparison) for change in comparison.changes} == {"fails"}
    assert comparison.conclusion is Conclusion.NO


@pytest.mark.parametrize("missed", [range(1), range(5)])
def test_failing_everything_is_a_no_though_a_little_failed_before(measure: Measure, missed: range) -> None:
    """Also where nothing is left that a limit could be judged by."""

    def failing(path: Path, share: float, blocks: range) -> str:
        directory = RunDirectory(path)
        for trial in list(directory.trials()):
            update: dict[str, Any] = {"errors": {"5xx": round(share * trial.requests)}}
            if share == 1:
                update["latency_ms"] = {}
            if trial.block in blocks:
                update |= {"verdict": "FAIL", "judged": "FAIL"}
            directory.add_trial(trial.model_copy(update=update))
        return str(path)

    before = read(failing(measure("a", **GIVEN), 0.012, missed))
    after = read(failing(measure("b", cpu_ms=3.0, **GIVEN), 1, range(5)))
    comparison = compare(before, after, [parse("cpu > 10 %"), parse("p95 > 10 %")])
    assert comparison.conclusion is Conclusion.NO
    assert len(comparison.broken) == 1
    assert compare(after, before, [parse("cpu > 1000 %")]).broken == {}


def test_a_control_is_neither_of_the_two(measure: Measure, tmp_path: Path) -> None:
    before, path = read(str(measure("a"))), measure("b", cpu_ms=12.5)
    link = tmp_path / "link"
    link.symlink_to(path)
    for control in (path, link, shutil.copytree(path, tmp_path / "copied")):
        with pytest.raises(UnlikeError, match="are the same"):
            compare(before, read(str(path)), LIMITS, control=read(str(control)))


def test_a_control_of_the_run_itself_counts_for_its_variants(climbed_path: str) -> None:
    """As in the report of the run: what it calls no difference is none here."""
    (told,) = analyse(RunDirectory(Path(climbed_path))).comparisons
    rows = {row.variant: row for row in told.rows}
    comparison = compare(read(f"{climbed_path}:naive"), read(f"{climbed_path}:pool"))
    for change in comparison.changes:
        if change.quantity != "capacity":
            assert change.differs == rows["pool"].measures[change.quantity].differs, change.quantity


def test_what_makes_figures_mean_less_is_said(measure: Measure) -> None:
    none = {"quota": {"kind": "none", "period_ms": None}}
    path = measure("b", fingerprint=none)
    for file in list((path / "repetitions").iterdir())[:2]:
        file.unlink()
    told = " ".join(words.sentences(compare(read(str(measure("a", fingerprint=none))), read(str(path)))))
    assert "The run after is not finished: 3 of 5 repetitions." in told
    assert "Mind, before, no quota: No CPU quota was in force" in told
    assert "Nothing that is known of the two differs" in told


def test_failing_what_was_answered_before_is_a_no(measure: Measure) -> None:
    given: dict[str, Any] = {"kind": "closed", "users": 4, "duration": 8, "search": {"min_requests": 60}}
    path = measure("b", cpu_ms=5.0, **given)
    directory = RunDirectory(path)
    for trial in list(directory.trials()):
        directory.add_trial(trial.model_copy(update={"errors": {"5xx": trial.requests // 10}}))
    comparison = compare(read(str(measure("a", **given))), read(str(path)), [parse("throughput < -5 %")])
    (told,) = comparison.broken.values()
    assert "10.0% of the requests failed, before 0.0%" in told
    assert comparison.conclusion is Conclusion.NO
