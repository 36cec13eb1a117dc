"""Print how long each part of CI took, beside the budget that CONTRIBUTING.md gives it; say what went beyond."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_ROW = re.compile(r"^\| `(?P<part>[^`]+)` \| (?P<minutes>\d+) min \|", re.MULTILINE)


def budgets(page: str) -> dict[str, int]:
    """Minutes by part, in the page's order."""
    return {row["part"]: int(row["minutes"]) for row in _ROW.finditer(page)}


def line(command: str, seconds: int, allowed: dict[str, int]) -> str:
    """What is said of a part, which is a command with or without arguments."""
    part = next((part for part in allowed if f"{command} ".startswith(f"{part} ")), command)
    minutes = allowed.get(part)
    said = "without a budget" if minutes is None else f"of {minutes} min"
    beyond = minutes is not None and seconds > 60 * minutes
    return f"{part:<28} {seconds // 60:3d} min {seconds % 60:02d} s {said}{': BEYOND IT' if beyond else ''}"


def main(times: Path, page: Path) -> None:
    """Each line of `times` is seconds, a tab and a command."""
    allowed = budgets(page.read_text(encoding="utf-8"))
    for row in times.read_text(encoding="utf-8").splitlines():
        seconds, _, command = row.partition("\t")
        print(line(command, int(seconds), allowed))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).parents[1] / "CONTRIBUTING.md")
