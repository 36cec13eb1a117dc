from __future__ import annotations

import re
from pathlib import Path

from synthetic import CRAWLING, FASTAPI, NAIVE, OPTIMIZED, Service, Synthetic, two_variants

from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report


def told(run: Synthetic) -> str:
    return Report(run.write()).answer


def test_two_variants_with_intervals(replicas: RunDirectory) -> None:
    assert re.fullmatch(
        r"optimized serves \d+ × \(\d+–\d+\) the requests of naive at one replica under p95 ≤ 1 s\. "
        r"That is \d+ \(\d+–\d+\) against [\d.]+ \([\d.]+–[\d.]+\) requests a second\. "
        r"From one replica to 4, naive keeps \d+% \(\d+–\d+%\) and optimized \d+% \(\d+–\d+%\) of linear scaling\. "
        r"The service’s own CPU quota held every cell back\. "
        r"In brackets: 95% intervals over 5 blocks\.",
        Report(replicas).answer,
    )


def test_one_block_has_no_interval_and_says_so(folder: Path) -> None:
    said = Report(two_variants(folder, experiment={"replicas": [1, 2], "blocks": 1}).write()).answer
    assert "No interval: one block; it takes three to have one." in said
    assert "(" not in said


def test_one_variant(folder: Path) -> None:
    said = Report(
        Synthetic(folder, {"naive": NAIVE}, {"variants": ["naive"], "replicas": [1], "blocks": 3}).write()
    ).answer
    assert re.match(r"naive serves [\d.]+ \([\d.]+–[\d.]+\) requests a second at one replica under p95 ≤ 1 s\.", said)
    assert "linear" not in said


def test_three_variants(folder: Path) -> None:
    services = {"naive": NAIVE, "optimized": OPTIMIZED, "fastapi": FASTAPI}
    said = Report(
        Synthetic(folder, services, {"variants": list(services), "replicas": [2], "blocks": 3}).write()
    ).answer
    assert re.match(
        r"optimized serves \d+ × \(.*?\) and fastapi \d+ × \(.*?\) the requests of naive at 2 replicas", said
    )


def test_many_variants_are_told_by_their_ends(folder: Path) -> None:
    services = {f"v{n}": Service(cpu_ms=n / 4, base_ms=20.0) for n in (10, 11, 13, 12, 8, 9, 14)}
    variants = [{"name": name, "service": "optimized"} for name in services]
    experiment = {"variants": variants, "replicas": [1], "blocks": 3}
    said = Report(Synthetic(folder, services, experiment).write()).answer
    found = re.match(
        r"6 other variants serve from v14’s 0\.\d+ × \(.*?\) to v8’s 1\.\d+ × \(.*?\) the requests of v10 at one "
        r"replica under p95 ≤ 1 s\. That is ([\d.]+) \(.*?\) and ([\d.]+) \(.*?\) against ([\d.]+) \(.*?\) requests",
        said,
    )
    assert found, said
    least, most, base = map(float, found.groups())
    assert least < base < most


def test_the_first_variant_has_none_at_this_slo(folder: Path) -> None:
    services = {"naive": CRAWLING, "optimized": OPTIMIZED}
    said = Report(
        Synthetic(folder, services, {"variants": list(services), "replicas": [1], "blocks": 1}).write()
    ).answer
    assert re.match(
        r"optimized serves \d+ requests a second at one replica under p95 ≤ 1 s; "
        r"naive has no capacity at this SLO \(p95 is [\d,]+ ms unloaded\)\.",
        said,
    )


def test_none_has_any(folder: Path) -> None:
    said = Report(
        Synthetic(folder, {"naive": CRAWLING}, {"variants": ["naive"], "replicas": [1], "blocks": 1}).write()
    ).answer
    assert said.startswith("At one replica under p95 ≤ 1 s: naive has no capacity at this SLO (p95 is ")


def test_partial_run_says_what_is_missing(folder: Path) -> None:
    said = Report(two_variants(folder, repetitions=2).write()).answer
    assert "This run is partial: 2 of 30 repetitions done; nothing yet of " in said
    assert said.count("-x") == 4


def test_nothing_measured(folder: Path) -> None:
    assert Report(two_variants(folder, repetitions=0).write()).answer.startswith("Nothing has been measured yet.")


def test_invalid_cell(folder: Path) -> None:
    spoiled = [("naive-x1", 0)]
    said = Report(two_variants(folder, experiment={"replicas": [1], "blocks": 1}, invalid=spoiled).write()).answer
    assert "naive has no valid trial (The load generator dropped 214 iterations" in said
    assert "One trial of" in said


def test_fixed_rate(folder: Path) -> None:
    kind = {
        "kind": "fixed-rate",
        "rates": [10, 30],
        "duration": "8s",
        "search": {"min_requests": 30},
        "replicas": [1],
        "blocks": 1,
    }
    said = Report(two_variants(folder, experiment=kind).write()).answer
    assert said.startswith(
        "Asked for p95 ≤ 1 s at 10 and 30 requests a second at one replica: naive meets it up to 10 ("
    )
    assert "optimized meets it at every rate (" in said


def test_one_fixed_rate_is_met_or_missed(folder: Path) -> None:
    kind = {
        "kind": "fixed-rate",
        "rates": [30],
        "duration": "8s",
        "search": {"min_requests": 30},
        "replicas": [1],
        "blocks": 1,
    }
    said = Report(two_variants(folder, experiment=kind).write()).answer
    assert said.startswith(
        "Asked for p95 ≤ 1 s at 30 requests a second at one replica: naive misses it; optimized meets it ("
    )
    assert "there" not in said


def test_closed_is_labelled(folder: Path) -> None:
    kind = {"kind": "closed", "users": 50, "duration": "60s", "replicas": [1], "blocks": 1}
    said = Report(two_variants(folder, experiment=kind).write()).answer
    assert said.startswith("With 50 users in a closed model at one replica, naive answers ")
    assert "above the limit of 1 s" in said
