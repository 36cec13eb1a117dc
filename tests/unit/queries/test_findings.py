"""Speed-ups, costs and the sentence, from figures whose answer is known."""

import csv
import io
import json
from pathlib import Path

import pytest

from scalebed.queries.findings import Findings
from scalebed.queries.report import sentence, write_report
from scalebed.queries.study import Step, Strategy, Study, order
from scalebed.queries.study_directory import (
    Asked,
    Build,
    DirectoryError,
    Manifest,
    Reading,
    Request,
    StudyDirectory,
    Writing,
)

NAMES = ("baseline", "index", "all")
STRATEGIES = tuple(Strategy(name=name, description=f"what {name} is", switches={}) for name in NAMES)
# Seconds of the questions on each strategy, the share of the baseline's inserts, and bytes.
SECONDS = {
    "baseline": {"list": 0.4, "search": 2.0},
    "index": {"list": 0.1, "search": 2.0},
    "all": {"list": 0.1, "search": 0.5},
}
INSERTS = {"baseline": 1000.0, "index": 800.0, "all": 400.0}
BYTES = {"baseline": 100, "index": 150, "all": 300}


def request(seconds: float, phase: str = "warm", *, timed_out: bool = False) -> Request:
    status = 503 if timed_out else 200
    return Request(
        phase=phase, seconds=seconds, sql_seconds=seconds / 2, queries=3, rows=50, status=status, timed_out=timed_out
    )


def reading(times: dict[str, float], drift: float, timed_out: frozenset[str] = frozenset()) -> Reading:
    questions = tuple(
        Asked(
            name=name,
            title=f"title of {name}",
            # The median is what counts: the others lie symmetrically, or far out.
            requests=(
                request(9 * seconds, "cold"),
                *(request(drift * seconds * factor, timed_out=name in timed_out) for factor in (0.9, 1.0, 30.0)),
            ),
        )
        for name, seconds in times.items()
    )
    return Reading(variant="naive", switches="", statement_timeout="10s", cold={}, questions=questions, curve=())


def measured(
    path: Path,
    *,
    blocks: int = 3,
    seconds: dict[str, dict[str, float]] = SECONDS,
    timed_out: frozenset[tuple[str, str]] = frozenset(),
) -> Findings:
    study = Study(contacts=1000, seed=7, blocks=blocks, variants=("naive",), strategies=STRATEGIES)
    directory = StudyDirectory(path)
    directory.create(Manifest(study=study, fingerprint={"commit": "abc", "host": {"cores": 2}}, started="2026-01-01"))
    for name in NAMES:
        directory.add_build(Build(strategy=name, seconds=1.5, bytes=BYTES[name], objects=2))
    for step in order(study):
        # A block in which everything is slower says nothing about a strategy.
        drift = 1 + step.block / 10
        if step.kind == "read":
            stuck = frozenset(question for strategy, question in timed_out if strategy == step.strategy)
            directory.add(step, reading(seconds[step.strategy], drift, stuck).model_dump_json())
        else:
            directory.add(step, Writing(per_second={"insert": INSERTS[step.strategy] / drift}).model_dump_json())
    assert directory.complete()
    return write_report(directory)


def test_speed_ups_are_paired_within_blocks(tmp_path: Path) -> None:
    found = measured(tmp_path)
    cell = found.cell("naive", "list", "index")
    assert cell is not None
    assert cell.speedup is not None
    assert cell.speedup.estimate == pytest.approx(4)
    # Drift is common to a block, so it leaves no width.
    assert cell.speedup.lower == pytest.approx(4)
    assert cell.speedup.upper == pytest.approx(4)
    assert cell.cold_seconds == pytest.approx(0.9)
    assert cell.queries == 3
    base = found.cell("naive", "list", "baseline")
    assert base is not None
    assert base.speedup is None
    assert base.seconds.estimate == pytest.approx(0.4 * (1.1 * 1.2 * 1.3) ** (1 / 3))


def test_all_questions_count_alike(tmp_path: Path) -> None:
    found = measured(tmp_path)
    assert found.overall["naive", "index"].estimate == pytest.approx(2)
    assert found.overall["naive", "all"].estimate == pytest.approx(4)
    costs = {cost.strategy: cost for cost in found.costs}
    assert costs["all"].slowdown["insert"].estimate == pytest.approx(0.4)


def test_the_sentence_says_what_is_fastest_what_is_frugal_and_their_price(tmp_path: Path) -> None:
    text = sentence(measured(tmp_path))
    assert text == (
        "Most is gained with `all` (what all is): over all questions on 1,000 contacts, naive is 4.0 × (4.0–4.0) as "
        "fast as with Django's keys alone, for 3.0 × the disk, 2 s of building and 40% of the single inserts a second. "
        "Of those that keep at least half of the inserts, `index` (what index is) gains most: 2.0 × (2.0–2.0), for "
        "1.5 × the disk, 2 s of building and 80% of the single inserts a second."
    )


def test_what_gains_nearly_as_much_for_less_is_chosen(tmp_path: Path) -> None:
    close = SECONDS | {"index": {"list": 0.1, "search": 0.52}}
    text = sentence(measured(tmp_path, seconds=close))
    assert text.startswith("Most is gained with `index`")
    assert "at least half" not in text


def test_nothing_is_recommended_that_is_not_faster(tmp_path: Path) -> None:
    slower = SECONDS | {name: {"list": 0.5, "search": 2.0} for name in ("index", "all")}
    assert sentence(measured(tmp_path, seconds=slower)).startswith("Leave it at Django's keys")


def test_one_block_has_no_interval_and_says_so(tmp_path: Path) -> None:
    found = measured(tmp_path, blocks=1)
    assert found.overall["naive", "all"].lower is None
    assert sentence(found).endswith("No interval: it takes three blocks to have one.")


def test_a_timeout_makes_a_bound(tmp_path: Path) -> None:
    found = measured(tmp_path, timed_out=frozenset({("baseline", "search"), ("index", "search"), ("all", "list")}))
    bounds = {(cell.strategy, cell.question): cell.bound for cell in found.cells if cell.bound}
    assert bounds == {("all", "search"): "≥", ("all", "list"): "≤"}
    both = found.cell("naive", "search", "index")
    assert both is not None
    assert both.speedup is None
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "| naive: search | title of search | > 2,394 ms | > 2,394 ms | ≥ 4.00 (4.00–4.00) |" in page


def test_the_files_say_the_same(tmp_path: Path) -> None:
    found = measured(tmp_path)
    lines = list(csv.DictReader(io.StringIO((tmp_path / "cells.csv").read_text(encoding="utf-8"))))
    assert len(lines) == len(found.cells) + 3
    index = next(line for line in lines if (line["question"], line["strategy"]) == ("list", "index"))
    assert float(index["ratio"]) == pytest.approx(4)
    whole = json.loads((tmp_path / "findings.json").read_text(encoding="utf-8"))
    assert whole["sentence"] == sentence(found)
    page = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert page.splitlines()[2] == sentence(found)
    assert "| naive: all | the geometric mean | **1** | **2.00 (2.00–2.00)** | **4.00 (4.00–4.00)** |" in page
    kind = "a contact with its address and points, a transaction"
    assert f"| cost: insert | {kind} | 835 a second | 0.800 (0.800–0.800) | 0.400 (0.400–0.400) |" in page


def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match=r"manifest\.json: is missing"):
        StudyDirectory(tmp_path).manifest()
    StudyDirectory(tmp_path).add(Step(block=1, kind="write", strategy="all"), "{")
    assert StudyDirectory(tmp_path).has(Step(block=1, kind="write", strategy="all"))
