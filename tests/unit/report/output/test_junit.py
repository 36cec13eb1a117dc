from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

from synthetic import CRAWLING, OPTIMIZED, Synthetic, two_variants

from scalebed.records.run_directory import RunDirectory
from scalebed.report import Report


def suite(directory: RunDirectory) -> ET.Element:
    Report(directory).write()
    found = ET.parse(directory.path / "junit.xml").getroot().find("testsuite")  # noqa: S314 - we wrote it
    assert found is not None
    return found


def test_a_passing_case_for_each_cell(replicas: RunDirectory) -> None:
    found = suite(replicas)
    assert (found.get("tests"), found.get("failures"), found.get("skipped")) == ("6", "0", "0")
    assert "requests a second (" in (found.findtext("testcase/system-out") or "")


def test_none_at_this_slo_fails(folder: Path) -> None:
    services = {"naive": CRAWLING, "optimized": OPTIMIZED}
    found = suite(Synthetic(folder, services, {"variants": list(services), "replicas": [1], "blocks": 1}).write())
    failure = found.find("testcase[@name='naive, one replica']/failure")
    assert found.get("failures") == "1"
    assert failure is not None
    assert failure.get("type") == "none at this SLO"


def test_invalid_is_an_error_and_unmeasured_is_skipped(folder: Path) -> None:
    first = two_variants(folder, repetitions=0).write().manifest().order[0][1]
    found = suite(two_variants(folder / "again", repetitions=1, invalid=[(first, 0)]).write())
    assert (found.get("failures"), found.get("errors"), found.get("skipped")) == ("0", "1", "5")
    error = found.find("testcase/error")
    assert error is not None
    assert error.get("type") == "INVALID"


def test_what_was_compared_passes_without_a_capacity(crowded: RunDirectory) -> None:
    found = suite(crowded)
    assert (found.get("tests"), found.get("failures"), found.get("skipped")) == ("4", "0", "0")
    out = found.findtext("testcase[@name='async, one replica, 50 users']/system-out") or ""
    assert out.startswith("CPU under the common load: ")
