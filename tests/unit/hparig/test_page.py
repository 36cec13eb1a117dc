"""The table of agreement, and its sentence."""

from __future__ import annotations

import json

from hparig import page
from hparig.judging import Disagreement, Tally
from hparig.page import Row
from hparig.scraping import Compared
from scalebed.autoscaling.settings import ReleaseName

_VERSIONS: dict[ReleaseName, str] = {"1.34": "v1.34.4", "1.37": "v1.37.2"}
_ROWS = [
    Row("1.34", "m0de1", "short", Tally(2, 2000, 300, 1999, 1998, 1, 1, [Disagreement("short-0001", 7, 3, 4, {})])),
    Row("1.34", "1", "short", Tally(1, 1000, 100, 1000, 1000, 0)),
    Row("1.37", "1", "defaults", Tally(1, 30, 3, 30, 30, 0)),
]


def test_each_group_has_a_row_and_each_release_its_sums() -> None:
    rows = page.table(_ROWS, "m0de1", _VERSIONS).splitlines()[2:]
    assert rows == [
        "| 1.34.4 | before | short | 1 | 1,000 | 100 | 1,000 (100.00 %) | 1,000 | 0 |",
        "| 1.34.4 | after | short | 2 | 2,000 | 300 | 1,999 (99.95 %) | 1,998 | 1 (1 agree) |",
        "| 1.34.4 | after | all | 2 | 2,000 | 300 | 1,999 (99.95 %) | 1,998 | 1 (1 agree) |",
        "| **1.34.4** | all | all | 3 | 3,000 | 400 | 2,999 (99.96 %) | 2,998 | 1 (1 agree) |",
        "| 1.37.2 | before | defaults | 1 | 30 | 3 | 30 (100.00 %) | 30 | 0 |",
        "| **1.37.2** | all | all | 1 | 30 | 3 | 30 (100.00 %) | 30 | 0 |",
    ]


def test_a_share_is_never_rounded_up_to_all() -> None:
    assert "99.99 %" in page.table([Row("1.34", "1", "short", Tally(1, 100_000, 0, 99_999, 0))], "m", _VERSIONS)


def test_the_answer_says_both_and_what_was_drawn_after() -> None:
    said = page.answer(_ROWS, "m0de1", _VERSIONS)
    assert "2,999 of 3,000 decisions of 1.34.4 (99.96 %), 1,999 of the 2,000 in scenarios" in said
    assert "30 of 30 decisions of 1.37.2 (100.00 %)" in said
    # What was left out is told of where there is any.
    assert said.endswith(" With those that are left out it is the model's in 3,000 of 3,001 of 1.34.4.\n")
    assert "left out" not in page.answer(_ROWS[1:], "m0de1", _VERSIONS)


def test_the_document_has_every_disagreement() -> None:
    document = json.loads(page.document(_ROWS, "m0de1"))
    assert document["model"] == "m0de1"
    assert [row["decisions"] for row in document["rows"]] == [1000, 2000, 30]
    (found,) = document["rows"][1]["disagreements"]
    assert (found["trace"], found["real"], found["model"]) == ("short-0001", 3, 4)


def test_scrapes_are_said_in_a_sentence() -> None:
    assert "the same of 95 of 96 pods after 12 scrapes, 40 of them" in page.scrapes(Compared(12, 96, 40, 95))
