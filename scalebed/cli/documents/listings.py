"""What there is to run, for programs."""

from __future__ import annotations

from scalebed.documents import Document, Part
from scalebed.experiment.kinds import KindName


class ExperimentRow(Part):
    """One shipped experiment."""

    name: str
    description: str
    kind: KindName
    cells: int
    blocks: int
    contacts: int
    """Rows of its dataset."""


class ExperimentsDocument(Document):
    """What `scalebed experiments --json` prints."""

    experiments: tuple[ExperimentRow, ...]


class ScenarioKindRow(Part):
    """One scenario that can be run."""

    key: str
    """Its number, or its name where it has none."""
    name: str
    isolates: str
    before: str
    after: str


class ScenariosDocument(Document):
    """What `scalebed scenario --json` prints where no number is given."""

    scenarios: tuple[ScenarioKindRow, ...]
