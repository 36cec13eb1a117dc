"""What Helm remembers of a release, and whose doing its newest revision is.

An engine writes down the number of a revision before it begins it, and says in it what it is for. Both together tell it
from what somebody did before or since, also where a helm was killed in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from scalebed.engines.kubernetes.helm import Helm, Revision
from scalebed.ports import Clock, EngineError

FOR_AN_EXPERIMENT = "Scalebed: for an experiment"
GIVEN_BACK = "Scalebed: as it was before an experiment"
_OURS = re.compile(r"Scalebed: |Rollback to \d+$")
WORKING_S = 60.0
"""A helm that does not wait for pods is done long before."""


def by_engine(history: Sequence[Revision], begun: int) -> bool:
    """Whether the newest revision is an engine's; `begun` is the newest that one began."""
    if not history or history[-1].number > begun:
        return False
    # What failed says why, and not what it was for.
    return history[-1].status != "deployed" or _OURS.match(history[-1].description) is not None


def settle(helm: Helm, clock: Clock, release: str, begun: int, begin: Callable[[int], None]) -> Sequence[Revision]:
    """Wait for a helm that is at work on the release; where it was killed, undo what it had begun. The history then.

    `begin` is told the number of a revision that is about to be made. Raises EngineError where a revision is unfinished
    that no engine began.
    """
    until = clock.now() + WORKING_S
    while (history := helm.history(release)) and history[-1].status.startswith("pending"):
        if clock.now() < until:
            clock.sleep(1.0)
            continue
        last = history[-1].number
        if last > begun:
            raise EngineError(
                f"release {release}: helm has not finished revision {last} ({history[-1].status}): wait until whoever "
                f"began it is done, or undo it with helm rollback {release}"
            )
        whole = next((each.number for each in reversed(history) if each.status == "deployed"), None)
        if whole is None:
            helm.uninstall(release)
        else:
            begin(last + 1)
            helm.rollback(release, whole)
    return history
