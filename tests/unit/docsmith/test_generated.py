"""The parts of the documentation that are made from the code: drift is found and mended."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from docsmith import dashboards, generated
from scalebed.cli.answers import ANSWERS
from scalebed.cli.app import app
from scalebed.experiment.json_schema import experiment_schema


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "how-to").mkdir(parents=True)
    (tmp_path / "README.md").write_text("# A page\n", encoding="utf-8")
    return tmp_path


def test_what_is_missing_is_written_once(root: Path) -> None:
    reference = root / "docs" / "reference"
    names = (
        "json.md",
        *(f"json/{name}.schema.json" for name in ANSWERS),
        "experiment.schema.json",
        "command-line.md",
        "scenarios.md",
        "tables.md",
        "faults.md",
        "metrics.md",
    )
    wanted = {*(reference / name for name in names), root / dashboards.WHERE}
    assert set(generated.drifted(root, app)) == wanted
    assert not reference.exists()
    assert set(generated.write(root, app)) == wanted
    assert generated.drifted(root, app) == generated.write(root, app) == []


def test_drift_is_found_and_mended(root: Path) -> None:
    generated.write(root, app)
    page = root / "docs" / "reference" / "command-line.md"
    whole = page.read_text(encoding="utf-8")
    page.write_text(whole.replace("scalebed run", "scalebed walk"), encoding="utf-8")
    assert generated.drifted(root, app) == [page]
    assert generated.write(root, app) == [page]
    assert page.read_text(encoding="utf-8") == whole


def test_a_quoted_block_is_replaced(root: Path) -> None:
    (root / "loadtest").mkdir()
    (root / "loadtest" / "one.yaml").write_text("\nname: one\n\n", encoding="utf-8")
    (root / "two.yaml").write_text("name: two\\1\n", encoding="utf-8")
    page = root / "docs" / "how-to" / "quote.md"
    before, between = "Before.\n\n<!-- from: loadtest/one.yaml -->\n", "<!-- end -->\n\nBetween.\n"
    second = "<!-- from: two.yaml -->\n"
    page.write_text(f"{before}old\nlines\n{between}{second}<!-- end -->\nAfter.\n", encoding="utf-8")
    assert page in generated.write(root, app)
    mended = f"{before}name: one\n{between}{second}name: two\\1\n<!-- end -->\nAfter.\n"
    assert page.read_text(encoding="utf-8") == mended
    assert generated.drifted(root, app) == []


def test_a_page_without_marks_is_left_alone(root: Path) -> None:
    generated.write(root, app)
    assert (root / "README.md").read_text(encoding="utf-8") == "# A page\n"


def test_the_command_line_page_tells_of_what_people_use(root: Path) -> None:
    generated.write(root, app)
    page = (root / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8")
    for command in ("run", "scenario", "report", "doctor", "schema", "experiments", "down", "setup"):
        assert f"## `./scripts/scalebed {command}`" in page
    assert "generate" not in page


def test_the_page_of_scenarios_lists_each(root: Path) -> None:
    generated.write(root, app)
    page = (root / "docs" / "reference" / "scenarios.md").read_text(encoding="utf-8")
    assert "| 10 | 10-n-plus-one | related rows: pages of fifty contacts" in page
    assert "| lazy → eager |" in page
    assert page.count("\n| ") == 22


@pytest.mark.parametrize(
    ("unfit", "place"),
    [
        ({"blok": 1}, []),
        ({"workload": "brows"}, ["workload"]),
        ({"search": {"max_trial": "soon"}}, ["search", "max_trial"]),
        ({"variants": [{}]}, ["variants"]),
    ],
)
def test_the_schema_refuses_what_the_code_refuses(unfit: dict[str, object], place: list[str]) -> None:
    schema = json.loads(experiment_schema())
    fit = {"name": "tried", "variants": ["naive", {"name": "optimized"}], "search": {"max_trial": "90s"}}
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(fit, schema)
    with pytest.raises(jsonschema.ValidationError) as caught:
        jsonschema.validate({**fit, **unfit}, schema)
    assert list(caught.value.absolute_path)[: len(place)] == place
