"""What is said to people: lines as work goes on, and errors of one sentence."""

from __future__ import annotations

from collections.abc import Callable

from scalebed.secrecy import VEIL

Say = Callable[[str], None]
"""Takes one line for the person at the terminal."""


class UserError(Exception):
    """One sentence: what is wrong, where, and what to do."""

    def __init__(self, *said: object) -> None:
        super().__init__(*(VEIL.over(each) if isinstance(each, str) else each for each in said))


class EngineError(UserError):
    """What an engine, or a part that it needs, cannot do."""
