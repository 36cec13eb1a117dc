from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from compared import HOST, Measure
from rich.console import Console
from synthetic import Service

from scalebed.comparison import words
from scalebed.comparison.limit import parse
from scalebed.comparison.output.document import ComparisonDocument, document
from scalebed.comparison.output.junit import junit_xml
from scalebed.comparison.output.markdown import markdown
from scalebed.comparison.output.table import table
from scalebed.comparison.side import read
from scalebed.comparison.verdict import Comparison, compare
from scalebed.documents import schema
from scalebed.statistics.intervals import Interval


@pytest.fixture
def slower(measure: Measure) -> Comparison:
    """A fifth less capacity, on a host with fewer cores."""
    fewer = {"host": {**HOST, "cores": 4}}
    before, after = measure("a"), measure("b", cpu_ms=12.5, seed=8, fingerprint=fewer)
    limits = [parse("capacity < -5 %"), parse("cpu > 30 %")]
    return compare(read(str(before)), read(str(after)), limits, across_hosts=True)


def test_every_output_says_what_was_compared_across_hosts(slower: Comparison) -> None:
    outputs = (
        "\n".join(words.sentences(slower)),
        markdown(slower),
        junit_xml(slower),
        document(slower).model_dump_json(),
    )
    for output in outputs:
        assert "cores 8 and 4" in output


def test_the_table_fits_a_terminal(slower: Comparison) -> None:
    console = Console(width=80, record=True)
    console.print(table(slower))
    text = console.export_text()
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert re.search(r"shop x1 +Capacity +[\d.]+ +[\d.]+ +−\d\d\.\d% +worse", text)


def test_markdown_is_a_table_and_names_cannot_break_it(slower: Comparison) -> None:
    text = markdown(slower)
    heading, _, head, _, *rows = text.splitlines()
    assert heading.startswith("### ")
    assert heading.endswith("limits BROKEN")
    tabled = [row for row in [head, *rows] if row.startswith("|")]
    assert {row.count("|") for row in tabled} == {7}
    assert "- capacity \\< -5 %, shop at one replica: is broken: −" in text
    assert "- cpu > 30 %, shop at one replica: holds for sure." in text


def test_junit_has_a_case_for_each_limit(slower: Comparison) -> None:
    suite = ET.fromstring(junit_xml(slower))[0]  # noqa: S314 - we wrote it
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "1", "0")
    broken = next(case for case in suite.iter("testcase") if case.find("failure") is not None)
    assert broken.get("name") == "capacity < -5 %, shop at one replica"


def test_the_document_is_what_its_schema_says(slower: Comparison) -> None:
    made = document(slower)
    assert made.exit_code == 1
    assert made.schema_version == 1
    assert json.loads(made.model_dump_json()).keys() == json.loads(schema(ComparisonDocument))["properties"].keys()
    (capacity,) = (row for row in made.changes if row.quantity == "capacity")
    assert capacity.ratio is not None
    assert capacity.before is not None
    assert capacity.after is not None
    assert capacity.ratio.estimate == pytest.approx(capacity.after.estimate / capacity.before.estimate)
    assert (capacity.unit, capacity.verdict) == ("requests/s", "worse")


def test_no_interval_is_no_verdict(measure: Measure) -> None:
    before, after = measure("a", blocks=2), measure("b", blocks=2, cpu_ms=12.5)
    comparison = compare(read(str(before)), read(str(after)), [parse("capacity < -5 %")])
    assert {words.verdict(change, comparison) for change in comparison.changes} == {"no interval"}
    assert "it takes three blocks on each side" in words.judgements(comparison)[0]
    assert ET.fromstring(junit_xml(comparison))[0].get("errors") == "1"  # noqa: S314 - we wrote it
    assert document(comparison).exit_code == 3


@pytest.mark.parametrize(
    ("ratio", "told"),
    [
        (Interval(0.898, 0.869, 0.928, 5), "−10.2% (−13.1 to −7.2)"),
        (Interval(1.0002, 0.98, 1.02, 5), "0.0% (−2.0 to +2.0)"),
        (Interval(3.1, 2.9, 3.3, 5), "3.1 × (2.9–3.3)"),
        (Interval(0.4, 0.38, 0.42, 5), "0.400 × (0.380–0.420)"),
        (Interval(1.1, None, None, 2), "+10.0%"),
        (Interval(1.1, 1.0, float("inf"), 5), "+10.0% (0.0 to any)"),
        (None, "–"),
    ],
)
def test_a_change_is_told_in_percent_or_times(ratio: Interval | None, told: str) -> None:
    assert words.moved(ratio) == told


def test_variants_of_one_run_are_said_to_be_paired(measure: Measure) -> None:
    service = Service(cpu_ms=10.0, base_ms=20.0)
    path: Path = measure("run", services={"one": service, "other": service})
    comparison = compare(read(f"{path}:one"), read(f"{path}:other"))
    assert "Two variants of one run, paired by block." in words.sentences(comparison)
    assert document(comparison).paired
