import io

import pytest
from rich.console import Console

from clusterbed.announcing import ConsoleAnnouncer, describe_seconds


@pytest.mark.parametrize("terminal", [False, True])
def test_a_step_ends_with_a_line_of_what_and_how_long(terminal: bool) -> None:
    text = io.StringIO()
    announcer = ConsoleAnnouncer(Console(file=text, force_terminal=terminal, width=100))

    with announcer.step("[2/9] Baking [bread]", 30):
        pass

    assert "[2/9] Baking [bread]: 0 s\n" in text.getvalue()


def test_a_step_that_fails_is_not_said_to_be_done() -> None:
    text = io.StringIO()
    announcer = ConsoleAnnouncer(Console(file=text))

    with pytest.raises(ValueError, match="flour"), announcer.step("Baking"):
        raise ValueError("flour")

    assert text.getvalue() == "Baking …\n"


def test_times_are_for_people() -> None:
    assert [describe_seconds(seconds) for seconds in (4, 89, 400)] == ["4 s", "89 s", "7 min"]
