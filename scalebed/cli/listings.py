"""What there is to run: experiments and scenarios, readable at 80 columns."""

from __future__ import annotations

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scalebed.experiment import scenarios, shipped
from scalebed.experiment.plan import cells
from scalebed.experiment.spec import Experiment, load_experiment
from scalebed.experiment.workloads import workloads


def experiments() -> Group:
    """Each shipped experiment's name, how much it measures, and below it what it answers."""
    return Group(*(_entry(name, load_experiment(path)) for name, path in shipped.shipped_experiments().items()))


def _entry(name: str, spec: Experiment) -> Group:
    count = len(cells(spec))
    size = (
        f"{spec.kind}, {count} {'cell' if count == 1 else 'cells'}, "
        f"{spec.blocks} {'block' if spec.blocks == 1 else 'blocks'}, {spec.dataset.contacts:,} contacts"
    )
    heading = Text.assemble((name, "bold"), "  ", (size, "dim"))
    return Group(heading, Padding(Text(spec.description), (0, 0, 0, 4)))


def scenario_list() -> Table:
    """Each scenario's number, what it isolates, and the variants before and after."""
    listing = Table("number", "what it isolates", "before", "after", box=None, header_style="bold")
    known = workloads()
    for each in scenarios.scenarios():
        spec = scenarios.experiment(each)
        said = known[spec.workload].isolates.removeprefix("Isolates ").rstrip(".")
        listing.add_row(each.key, said, spec.variants[0].name, spec.variants[-1].name)
    return listing
