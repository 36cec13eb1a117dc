"""The workloads: which scripts they are, and that each says truly whether it writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalebed.workloads import FOLDER, Workload, changes_rows, read, workloads

CHANGING = re.compile(r"\b(create|patch|remove|transfer\w*|rich)\b|http\.(put|patch|del)\(|CONTACTS_URL\}bulk/")
"""What changes rows: functions of the shared modules, and requests."""


def test_modules_are_no_workloads(tmp_path: Path) -> None:
    (tmp_path / "load.js").write_text("export const options = {};\n")
    (tmp_path / "one.js").write_text("// Isolates one thing.\nexport default f;\n")
    (tmp_path / "two.js").write_text("// Isolates two\n// things.\nexport { default, options } from './one.js';\n")
    assert [workload.isolates for workload in workloads(tmp_path).values()] == [
        "Isolates one thing.", "Isolates two things.",
    ]  # fmt: skip


def test_a_workload_that_writes_says_so() -> None:
    assert read("one", "// One.\nexport const writes = true;\n").writes
    assert not read("one", "// One, which never writes = true;\n").writes
    assert changes_rows("write-mix")
    assert not changes_rows("browse")
    assert not changes_rows("nothing")


def test_the_scenarios_are_numbered_without_a_gap() -> None:
    numbers = [name[:2] for name in workloads() if name[:2].isdecimal()]
    assert numbers == [f"{number:02d}" for number in range(1, 21)]
    assert {"browse", "list", "deep-page", "search", "detail", "write-mix", "classic"} < workloads().keys()


@pytest.mark.parametrize("workload", workloads().values(), ids=lambda workload: workload.name)
def test_each_says_what_it_isolates_and_whether_it_writes(workload: Workload) -> None:
    text = (FOLDER / f"{workload.name}.js").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    assert workload.isolates.endswith(".")
    assert 20 < len(workload.isolates) < 140
    assert workload.writes == bool(CHANGING.search(code))
