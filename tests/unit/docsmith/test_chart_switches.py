"""Switches arrive in a values file as the service declares them."""

from pathlib import Path

import pytest
import yaml

from docsmith.chart_schema import values_schema
from docsmith.chart_switches import filled

DECLARED = """
objects = "python make.py objects"
object_switches = ["indexes"]
[switches]
indexes = "off"
workers = "2"
server = "sync"
[values]
indexes = ["on", "off"]
workers = "1..64"
server = ["sync", "gthread"]
"""
VALUES = """\
before: 1
part:
  # from: apps/tried/variant.toml{documented}
  switches:
    gone: "on"
  # end
  # -- What comes after.
  after: 2
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "apps" / "tried").mkdir(parents=True)
    (tmp_path / "apps" / "tried" / "variant.toml").write_text(DECLARED, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("documented", ["", ", documented"])
def test_a_block_is_what_the_service_declares(root: Path, documented: str) -> None:
    text = filled(VALUES.format(documented=documented), root)
    assert yaml.safe_load(text) == {
        "before": 1,
        "part": {
            "switches": {"indexes": "off", "workers": "2", "server": "sync"},
            "database": {"objects": {"command": ["python", "make.py", "objects"], "switches": ["indexes"]}},
            "after": 2,
        },
    }
    assert filled(text, root) == text


def test_documentation_becomes_a_schema(root: Path) -> None:
    schema = values_schema("tried", filled(VALUES.format(documented=", documented"), root))
    assert "`on`, `off`; another choice is another clone" in schema
    assert '"maximum": 64' in schema
    assert "What comes after." in schema


def test_a_file_without_a_block_is_left_alone(root: Path) -> None:
    assert filled("switches: {}\n", root) == "switches: {}\n"
