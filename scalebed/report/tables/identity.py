"""Which trial a row is about: the first columns of every table of trials, by which they are joined."""

from __future__ import annotations

from scalebed.experiment.plan import cells
from scalebed.records.run_directory import Manifest, Trial
from scalebed.report.tables.table import Column, Value

COLUMNS = (
    Column("run", "text", "name of the run directory; its path, where several of one name are exported together"),
    Column("experiment", "text", "the experiment’s name"),
    Column("cell", "text", "the cell’s id"),
    Column("variant", "text", "name of the variant"),
    Column("replicas", "integer", "app processes behind the balancer; under an autoscaler its fewest"),
    Column("users", "integer", "in a closed model, how many sent requests, at most; empty at a rate"),
    Column("block", "integer", "from 0"),
    Column("index", "integer", "place among the trials of its cell in its block, from 0"),
    Column("purpose", "text", "unloaded, bracket, bisect, confirm, fixed-rate or closed"),
    Column("verdict", "text", "PASS, FAIL, UNDECIDED or INVALID"),
)


class Identity:
    """Of the trials of one run, which rows call `name`."""

    def __init__(self, manifest: Manifest, name: str) -> None:
        self._experiment = manifest.experiment
        self._name = name
        self._users = {cell.id: cell.users for cell in cells(manifest.experiment)}

    def of(self, trial: Trial) -> dict[str, Value]:
        return {
            "run": self._name,
            "experiment": self._experiment.name,
            "cell": trial.cell,
            "variant": trial.variant,
            "replicas": trial.replicas,
            "users": self._users_of(trial),
            "block": trial.block,
            "index": trial.index,
            "purpose": trial.purpose,
            "verdict": trial.verdict,
        }

    def _users_of(self, trial: Trial) -> int | None:
        if trial.purpose == "unloaded":
            return 1
        return (self._users.get(trial.cell) or self._experiment.users) if trial.purpose == "closed" else None
