"""What is said to people: lines as work goes on, and errors of one sentence."""

from __future__ import annotations

from collections.abc import Callable

Say = Callable[[str], None]
"""Takes one line for the person at the terminal."""


class UserError(Exception):
    """One sentence: what is wrong, where, and what to do."""


class EngineError(UserError):
    """What an engine, or a part that it needs, cannot do."""
