"""What there is to run: experiments and scenarios, readable at 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scalebed.cli.console import OUT
from scalebed.cli.documents.listings import ExperimentRow, ExperimentsDocument, ScenarioKindRow, ScenariosDocument
from scalebed.documents import show
from scalebed.experiment import scenarios, shipped
from scalebed.experiment.plan import cells
from scalebed.experiment.spec import load_experiment
from scalebed.experiment.workloads import workloads


def tell_experiments(*, as_json: bool) -> None:
    """Each shipped experiment's name, how much it measures, and below it what it answers."""
    known = tuple(_experiments())
    if as_json:
        show(ExperimentsDocument(experiments=known))
    else:
        OUT.print(Group(*map(_entry, known)))


def _experiments() -> Iterator[ExperimentRow]:
    for name, path in shipped.shipped_experiments().items():
        spec = load_experiment(path)
        yield ExperimentRow(
            name=name,
            description=spec.description,
            kind=spec.kind,
            cells=len(cells(spec)),
            blocks=spec.blocks,
            contacts=spec.dataset.contacts,
        )


def _entry(row: ExperimentRow) -> Group:
    size = (
        f"{row.kind}, {row.cells} {'cell' if row.cells == 1 else 'cells'}, "
        f"{row.blocks} {'block' if row.blocks == 1 else 'blocks'}, {row.contacts:,} contacts"
    )
    heading = Text.assemble((row.name, "bold"), "  ", (size, "dim"))
    return Group(heading, Padding(Text(row.description), (0, 0, 0, 4)))


def tell_scenarios(*, as_json: bool) -> None:
    """Each scenario's number, what it isolates, and the variants before and after."""
    known = tuple(_scenarios())
    if as_json:
        show(ScenariosDocument(scenarios=known))
        return
    listing = Table("number", "what it isolates", "before", "after", box=None, header_style="bold")
    for row in known:
        listing.add_row(row.key, row.isolates, row.before, row.after)
    OUT.print(listing)


def _scenarios() -> Iterator[ScenarioKindRow]:
    known = workloads()
    for each in scenarios.scenarios():
        spec = scenarios.experiment(each)
        isolates = known[spec.workload].isolates.removeprefix("Isolates ").rstrip(".")
        before, after = spec.variants[0].name, spec.variants[-1].name
        yield ScenarioKindRow(key=each.key, name=each.name, isolates=isolates, before=before, after=after)
