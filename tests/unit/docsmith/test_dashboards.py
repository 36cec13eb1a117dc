"""The dashboard of a run: its panels lie within the grid, and ask for metrics that there are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from docsmith import dashboards
from scalebed.metrics.catalogue import METRICS
from scalebed.paths import ROOT

RULES = yaml.safe_load((ROOT / "monitoring" / "rules" / "scalebed.yml").read_text(encoding="utf-8"))["groups"][0][
    "rules"
]
KNOWN = {metric.prometheus for metric in METRICS} | {rule["record"] for rule in RULES if "record" in rule}


@pytest.fixture(scope="module")
def panels() -> list[dict[str, Any]]:
    [text] = dashboards.files(Path()).values()
    found: list[dict[str, Any]] = json.loads(text)["panels"]
    return found


def test_panels_lie_side_by_side_within_24_columns(panels: list[dict[str, Any]]) -> None:
    places = [panel["gridPos"] for panel in panels]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    taken = [
        (x, y)
        for place in places
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(set(taken)) == len(taken)


def test_each_panel_has_a_number_of_its_own(panels: list[dict[str, Any]]) -> None:
    numbers = [panel["id"] for panel in panels]
    assert sorted(numbers) == list(range(1, len(panels) + 1))


def test_every_query_asks_for_what_there_is(panels: list[dict[str, Any]]) -> None:
    asked = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    names = {name for query in asked for name in re.findall(r"\bscalebed[_:][a-z0-9_:]+", query)}
    assert names <= KNOWN
    assert len(asked) == sum(len(graph.queries) for part in dashboards.PARTS for graph in part.graphs)


def test_every_rule_asks_for_what_there_is() -> None:
    names = {name for rule in RULES for name in re.findall(r"\bscalebed[_:][a-z0-9_:]+", rule["expr"])}
    assert names <= KNOWN
