"""Ends what a killed testbed left running, and on request removes loaded databases and built services."""

from __future__ import annotations

import shutil
from pathlib import Path

from scalebed.engines.local.isolation.leftovers import remove_leftovers
from scalebed.messages import EngineError, Say


def down(cache: Path, say: Say, purge: bool = False) -> None:
    """Raises EngineError, and touches nothing of it, where a testbed that uses this cache is alive."""
    removal = remove_leftovers(cache / "run")
    if removal.ended:
        say(f"Ended {', '.join(removal.ended)}.")
    if removal.alive:
        pids = ", ".join(str(pid) for pid in removal.alive)
        raise EngineError(f"{cache}: the testbed with process {pids} is alive; stop it with Ctrl-C or kill {pids}")
    if not removal.ended:
        say("Nothing was left running.")
    if purge:
        shutil.rmtree(cache / "postgres", ignore_errors=True)
        # A service that was built anew with each change of its sources has left as many copies.
        shutil.rmtree(cache / "services", ignore_errors=True)
        say("Removed every loaded database, and every service that was built.")
