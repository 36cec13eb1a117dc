"""The workloads: which scripts they are, and that each says truly whether it writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scalebed.experiment.workloads import FOLDER, Workload, changes_rows, read, workloads

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


@pytest.mark.parametrize(
    "text",
    [
        "export default f",
        "  export   default\nfunction () {}",
        "export { run as default }",
        "export {options, run as default} from './one.js'",
        'export { default } from "./one.js"',
        "/* a block */ export default f;",
        "const a = 'it\\'s'; export default f",
        "const quote = /[\"'`]/; export default f",
    ],
)
def test_a_default_function_makes_a_workload_however_it_is_written(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.js").write_text(text)
    assert list(workloads(tmp_path)) == ["one"]


@pytest.mark.parametrize(
    "text",
    [
        "// export default f;",
        "/*\nexport default f;\n*/",
        "const text = `\nexport default f;\n`;",
        "export const defaults = {};",
        "export { default as run } from './one.js';",
        "exports.default = f;",
    ],
)
def test_what_only_speaks_of_a_default_function_is_a_module(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.js").write_text(text)
    assert workloads(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "writes"),
    [
        ("export const writes = true", True),
        ("export const writes=true;", True),
        ("export let writes = true // it creates", True),
        ("  export const writes =\n    true\n", True),
        ("const writes = true\nexport { writes }", True),
        ("const changes = true;\nexport { changes as writes, options };", True),
        ("export const writes = !readOnly;", True),
        ("export const writes = false", False),
        ("const writes = true;", False),
        ("export const rewrites = true;", False),
        ("export const text = 'export const writes = true';", False),
        ("// export const writes = true;", False),
    ],
)
def test_whether_it_writes_does_not_hang_on_its_formatting(text: str, writes: bool) -> None:
    assert read("one", f"// One.\n{text}\nexport default f;").writes is writes


@pytest.mark.parametrize(
    ("text", "asserts"),
    [
        ("import { check } from 'k6';", True),
        ('import {check,sleep} from "k6"', True),
        ("import {\n  group,\n  check as verify,\n} from 'k6'\n", True),
        ("import * as k6 from 'k6'", True),
        ("import k6 from 'k6'", True),
        ("import { sleep } from 'k6';", False),
        ("import { check } from './checks.js';", False),
        ("// import { check } from 'k6';", False),
    ],
)
def test_whether_it_checks_does_not_either(text: str, asserts: bool) -> None:
    assert read("one", f"{text}\nexport default f;").asserts is asserts


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("export const options = { thresholds: { http_req_failed: ['rate<0.01'] } };", ("thresholds",)),
        ('export const options = { "thresholds" : {} }', ("thresholds",)),
        ("options.thresholds = {};", ("thresholds",)),
        ("export function handleSummary(data) {}", ("handleSummary",)),
        ("export const handleSummary = (data) => ({})", ("handleSummary",)),
        ("export async function handleSummary(data) {}", ("handleSummary",)),
        (
            "function summary() {}\nexport const options = {thresholds}\nexport { summary as handleSummary }",
            ("thresholds", "handleSummary"),
        ),
        ("// thresholds: none\nconst text = 'thresholds: handleSummary';\nfunction handleSummary() {}", ()),
        ("const limits = a ? thresholds : other;", ()),
    ],
)
def test_what_has_no_effect_is_told_in_a_sentence(text: str, said: tuple[str, ...]) -> None:
    told = read("one", f"export default f;\n{text}").remarks
    assert tuple(sentence.removeprefix("workload one: its ").partition(" ")[0] for sentence in told) == said


def test_a_comment_at_the_top_may_be_a_block() -> None:
    assert read("one", "/*\n * Isolates one\n * thing.\n */\nexport default f;").isolates == "Isolates one thing."
    assert read("one", "/* Isolates one thing. */\nexport default f;").isolates == "Isolates one thing."


def test_no_shipped_workload_says_what_has_no_effect() -> None:
    assert [workload.name for workload in workloads().values() if workload.remarks] == []


def test_the_scenarios_are_numbered_without_a_gap() -> None:
    numbers = [name[:2] for name in workloads() if name[:2].isdecimal()]
    assert numbers == [f"{number:02d}" for number in range(1, 21)]
    assert {"browse", "list", "deep-page", "search", "detail", "write-mix", "classic"} < workloads().keys()


@pytest.mark.parametrize("workload", workloads().values(), ids=lambda workload: workload.name)
def test_each_asks_how_many_contacts_there_are(workload: Workload) -> None:
    text = (FOLDER / f"{workload.name}.js").read_text(encoding="utf-8")
    assert re.search(
        r"^export (\{ .*\bsetup \} from '\./(load|browse)\.js'|const setup = prepared\()", text, re.MULTILINE
    )


@pytest.mark.parametrize("workload", workloads().values(), ids=lambda workload: workload.name)
def test_each_says_what_it_isolates_and_whether_it_writes(workload: Workload) -> None:
    text = (FOLDER / f"{workload.name}.js").read_text(encoding="utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    assert workload.isolates.endswith(".")
    assert 20 < len(workload.isolates) < 140
    assert workload.writes == bool(CHANGING.search(code))
