"""An announcer that says nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from clusterbed.stages import Stage


class Silent:
    """Implements `Announcer`."""

    def plan(self, stages: Sequence[Stage]) -> None: ...

    @contextmanager
    def working(self, number: int, total: int, stage: Stage) -> Iterator[None]:
        yield
