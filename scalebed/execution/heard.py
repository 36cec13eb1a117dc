"""Which endpoints a cell has been asked so far: a limit for one that never comes cannot be judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scalebed.records.run_directory import Trial

TELLING = 1000
"""Fewer requests than this tell nothing of an endpoint that has not come. Nor do more, as long as a trial will have
more still: a p90 takes nine of an endpoint's requests to judge, and where a trial will have nine, as many requests
without one are seen once in eight thousand times (e^-9)."""


@dataclass(frozen=True)
class Heard:
    """What has been asked of a cell."""

    requests: int = 0
    endpoints: frozenset[str] = frozenset()

    @classmethod
    def of(cls, trials: Iterable[Trial]) -> Heard:
        found = cls()
        for trial in trials:
            found = found.of_trial(trial)
        return found

    def of_trial(self, trial: Trial) -> Heard:
        """And of a trial more."""
        return self.more(trial.requests, frozenset(record.endpoint for record in trial.endpoints))

    def more(self, requests: int, endpoints: frozenset[str]) -> Heard:
        return Heard(self.requests + requests, self.endpoints | endpoints)
