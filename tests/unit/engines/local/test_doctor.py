"""What is said of a machine."""

from __future__ import annotations

import io

from rich.console import Console

from scalebed.engines.local.doctor import Status, Symptom, as_table


def test_a_command_in_brackets_stands_as_it_is_and_long_paths_are_whole() -> None:
    told = "pip install 'scalebed[servers]'"
    console = Console(width=60, file=io.StringIO(), record=True)
    console.print(as_table([Symptom("absent", "nginx", told), Symptom("ok", "k6", f"/{'long/' * 20}k6")]))
    said = console.export_text()
    assert told in " ".join(said.split())
    assert f"/{'long/' * 20}k6" in "".join(said.split())


def test_what_is_wrong_stands_first() -> None:
    found: list[tuple[Status, str]] = [
        ("ok", "one"), ("limited", "two"), ("missing", "three"), ("absent", "four"), ("ok", "five"), ("missing", "six"),
    ]  # fmt: skip
    console = Console(width=60, file=io.StringIO(), record=True)
    console.print(as_table([Symptom(status, what, "seen") for status, what in found]))
    told = [line.split()[1] for line in console.export_text().splitlines()[1:]]
    assert told == ["three", "six", "four", "two", "one", "five"]
