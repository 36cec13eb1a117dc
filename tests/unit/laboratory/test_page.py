"""What is written says what was counted."""

from laboratory import page
from laboratory.coverage import Row, Share
from laboratory.services import SERVICES
from laboratory.truth import Truth

TRUTHS = {"M/M/1": Truth(17.0, 0.0, "theory"), "alike": Truth(13.5, 0.1, "7 runs")}


def found(service: str, covered: int, bias: float) -> Row:
    return Row(
        service=service, searches=100, answered=99, covered=Share(covered, 100), below=1, bias=bias, error=0.03,
        half_width=0.08, beyond=Share(10, 40), load_s=1234.5, trials=15.0, invalid=0.5,
    )  # fmt: skip


ROWS = [found("M/M/1", 96, 0.01), found("alike", 70, -0.05)]


def test_the_answer_is_of_all_of_them() -> None:
    told = page.answer([*ROWS, found("cliff", 5, 0.5)])

    assert told.startswith(
        "**The 95% interval of a capacity covers the true one in 70% to 96% of the searches that have one, over 2 kinds"
    )
    assert "It cannot be told from 94% to 97% for M/M/1." in told
    assert "-5.0% to +1.0% off" in told
    assert "could be the answer, 25% passed. 200 searches" in told


def test_of_one_and_of_none_that_meets() -> None:
    told = page.answer(ROWS[1:])

    assert "in 70% of the searches that have one, over alike.**" in told
    assert "None is near 94% to 97%." in told


def test_a_row_marks_what_is_off() -> None:
    first, second = page.table(ROWS, TRUTHS).splitlines()[2:]
    too_often = page.table([found("M/M/1", 100, 0.0)], TRUTHS)

    assert "↓" not in first
    assert "| 99 of 100 | 70.0% (56.9%–81.1%) ↓ |" in second
    assert "13.50/s ± 0.1" in second
    assert "25% of 40" in second
    assert "| 1,234 |" in second
    assert "↑" not in too_often  # of so few that may be chance


def test_every_service_is_explained() -> None:
    assert page.services().count("\n") == 2 + len(SERVICES)


def test_a_spreadsheet_has_every_figure() -> None:
    head, row, _ = page.spreadsheet(ROWS, TRUTHS).splitlines()

    assert dict(zip(head.split(","), row.split(","), strict=True))["covered_low"] == "0.8794"
