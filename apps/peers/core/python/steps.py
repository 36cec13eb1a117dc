"""Work on the database as steps: a generator asks for one statement after the other, whoever runs them."""

from collections.abc import Generator, Sequence
from typing import TypeAlias, TypeVar

from .rows import Row
from .statements import Statement

Result = TypeVar("Result")
Rows: TypeAlias = Sequence[Row]
Steps: TypeAlias = Generator[Statement, Rows, Result]
