"""What Helm remembers of a release, and whose doing its newest revision is.

An engine writes down the number of a revision before it begins it, and says in it what it is for. Both together tell it
from what somebody did before or since, also where a helm was killed in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from scalebed.engines.kubernetes.api.helm import Helm, Revision
from scalebed.execution.ports import Clock
from scalebed.messages import EngineError

FOR_AN_EXPERIMENT = "Scalebed: for an experiment"
GIVEN_BACK = "Scalebed: as it was before an experiment"
_OURS = re.compile(r"Scalebed: |Rollback to \d+$")
STARTING_S = 10.0
"""A helm whose caller was killed goes on by itself, and has begun its revision long before."""
WORKING_S = 60.0
"""One that does not wait for pods is done long before."""


def by_engine(history: Sequence[Revision], begun: int) -> bool:
    """Whether the newest revision is an engine's; `begun` is the newest that one began."""
    if not history or history[-1].number > begun:
        return False
    # What failed says why, and not what it was for.
    return history[-1].status != "deployed" or _OURS.match(history[-1].description) is not None


def settle(
    helm: Helm,
    clock: Clock,
    release: str,
    begun: int,
    *,
    begin: Callable[[int], None],
    remove_job: Callable[[str], None],
) -> Sequence[Revision]:
    """Wait for a helm that is at work on the release; where it was killed, undo what it had begun. The history then.

    `begin` is told the number of a revision that is about to be made. `remove_job` removes a Job by its name: one that
    the unfinished revision does not have, and that helm had not removed yet, it takes in the rollback for one that
    somebody else made, and patches away what the cluster has added to it; a Job's selector cannot be changed, so the
    rollback fails (seen with Helm 3.22.0). The Job is made anew, and does again what is done. Raises EngineError where
    a revision is unfinished that no engine began.
    """
    now = clock.now()
    while True:
        history = helm.history(release)
        last = history[-1].number if history else 0
        pending = bool(history) and history[-1].status.startswith("pending")
        if clock.now() < now + (WORKING_S if pending else STARTING_S if last < begun else 0.0):
            clock.sleep(1.0)
            continue
        if not pending:
            return history
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
            for job in sorted(helm.jobs(release, whole) - helm.jobs(release, last)):
                remove_job(job)
            helm.rollback(release, whole)
