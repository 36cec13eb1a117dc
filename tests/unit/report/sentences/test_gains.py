from __future__ import annotations

import re
from pathlib import Path

import pytest
from synthetic import Service, alone, ladder

from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report


def test_a_ladder(climbed: RunDirectory) -> None:
    assert re.fullmatch(
        r"all needs \d+ × \([\d.]+–[\d.]+\) less CPU a request at 12 requests a second than naive \(CPU of the "
        r"service, the database, the pooler and the cache together\)\. "
        r"Of the rung before, all 0\.0\d+ × \(.*?\), indexes 0\.\d+ × \(.*?\) and pool 0\.\d+ × \(.*?\): the "
        r"largest steps\. No difference is claimed for json \S+ × \(.*?\): what there is lies within these\. "
        r"Capacity, against [\d.,]+ \(.*?\) requests a second of naive: all \d+ × \(.*?\)\. "
        r"In brackets: 95% intervals over 5 blocks, ratios paired within them\. "
        r"Measured twice at 12 requests a second, naive differs from itself by a factor of up to 1\.\d+ in CPU a "
        r"request; no smaller difference is claimed\.( Mind that .*)?",
        Report(climbed).answer,
    )


def test_each_alone(left_out: RunDirectory) -> None:
    said = Report(left_out).answer
    assert re.match(
        r"At 40 requests a second, CPU a request against optimized is more with no-cache-and-stdlib \S+ × \(.*?\), "
        r"no-cache \S+ × \(.*?\) and stdlib \S+ × \(.*?\) \(CPU of the service",
        said,
    )
    assert re.search(r"No difference is claimed for no-pool \S+ × \(.*?\): what there is lies within these\.", said)
    assert re.search(r"no-cache and stdlib together come to \S+ × .*, so they act upon each other\.", said)


def test_capacity_is_not_spoken_of_where_none_was_sought(left_out: RunDirectory) -> None:
    assert "Capacity" not in Report(left_out).answer


def test_by_users(crowded: RunDirectory) -> None:
    said = Report(crowded).answer
    assert said.startswith("With 2 users, CPU a request against sync is more with async ")
    assert "With 50 users, CPU a request against sync is more with async " in said
    assert "With 2 users, throughput against sync is more with async " in said
    assert "With 50 users, throughput against sync is less with async " in said


def test_latency_is_told_where_the_cost_tells_nothing(folder: Path) -> None:
    slow = {"optimized": 40.0, "no-cache": 8.0, "stdlib": 40.0, "no-pool": 40.0, "no-cache-and-stdlib": 8.0}
    services = {
        name: Service(cpu_ms=0.62, base_ms=ms, database_ms=0.16)
        for name, ms in {**slow, "optimized-again": 40.0}.items()
    }
    said = Report(alone(folder, services=services).write()).answer
    assert said.startswith("At 40 requests a second, no variant is known to differ from optimized in CPU a request")
    assert re.search(r"At 40 requests a second, p95 against optimized is less with no-cache\S* \S+ × \(.*?\)", said)


def test_at_a_share_of_what_each_sustains(folder: Path) -> None:
    """Each is used to seven tenths, so what differs is how late answers are; how many replicas that takes is told."""
    capacities = {"optimized": 400, "no-cache": 200, "stdlib": 400, "no-pool": 400, "no-cache-and-stdlib": 100}
    shared = {"rate": None, "share": 0.7, "capacity_per_replica": capacities}
    run = RunDirectory(alone(folder, experiment=shared).write().path)
    asked = {trial.variant: trial.rate_asked for trial in run.trials()}
    assert asked == {
        **{name: pytest.approx(0.7 * each) for name, each in capacities.items()}, "optimized-again": pytest.approx(280),
    }  # fmt: skip
    report = Report(run)
    assert report.answer.startswith("At 70% of what each one sustains, CPU a request against optimized is more with ")
    assert "At 70% of what each one sustains, p95 against optimized" in report.answer
    assert (
        "For the same traffic no-cache takes 2.0 ×, stdlib 1.00 ×, no-pool 1.00 × and no-cache-and-stdlib 4.0 × the "
        "replicas of optimized, by the capacities that the experiment gives."
    ) in report.answer


def test_latency_is_not_told_beside_a_cost(left_out: RunDirectory) -> None:
    assert "p95 against" not in Report(left_out).answer


def test_few_blocks_have_no_intervals_and_say_so(folder: Path) -> None:
    said = Report(alone(folder, experiment={"blocks": 1}).write()).answer
    assert "No interval: one block; it takes three to have one." in said
    assert "No difference is claimed" not in said
    assert re.match(r"At 40 requests a second, CPU a request against optimized came out as no-cache", said)
    assert not re.search(r"\b(less|more) with\b", said)


def test_nothing_measured(folder: Path) -> None:
    assert Report(ladder(folder, repetitions=0).write()).answer.startswith("Nothing has been measured yet.")


def test_the_baseline_alone(folder: Path) -> None:
    order = ladder(folder, repetitions=0).write().manifest().order
    first = [cell for _, cell in order].index("naive-x1") + 1
    cells = [cell for _, cell in order[:first]]
    said = Report(ladder(folder, repetitions=first).write()).answer
    assert "This run is partial" in said
    if cells == ["naive-x1"]:
        assert said.startswith("Only naive has been measured at 12 requests a second")


def test_an_invalid_baseline(folder: Path) -> None:
    spoiled = [("naive-x1", block) for block in range(3)]
    said = Report(ladder(folder, experiment={"blocks": 3}, invalid=spoiled).write()).answer
    assert said.startswith("Nothing can be compared yet: the baseline has not been measured.")
