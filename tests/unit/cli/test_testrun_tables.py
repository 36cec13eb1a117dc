import io
from dataclasses import dataclass

from rich.console import Console

from scalebed.cli.testrun_tables import listing, side_by_side
from scalebed.engines.k6.summary import Summary, summarize
from scalebed.measurement.histograms import encode, of_values


@dataclass(frozen=True)
class Outcome:
    replicas: int
    summary: Summary


def load(**latencies_ms: float) -> Summary:
    """Ten requests to each endpoint."""
    return summarize(
        f'{{"scalebed":1,"type":"endpoint","second":5,"endpoint":"{name}","status":200,"count":10,'
        f'"histogram":"{encode(of_values([latency] * 10))}"}}'
        for name, latency in latencies_ms.items()
    )


def shown(table: object) -> str:
    written = io.StringIO()
    Console(width=160, file=written).print(table)
    return written.getvalue()


def test_each_figure_is_shown_as_it_was_and_as_it_is() -> None:
    told = shown(side_by_side(Outcome(1, load(detail=100)), Outcome(4, load(detail=20))))
    assert "1 → 4 replicas" in told
    row = next(line for line in told.splitlines() if line.lstrip().startswith("detail"))
    assert " ".join(row.split()) == f"detail 10 → 10 0 → 0{' 100.0 → 20.0' * 3}"


def test_an_endpoint_that_one_of_them_lacks_has_a_dash() -> None:
    told = shown(side_by_side(Outcome(1, load(detail=100, search=50)), Outcome(2, load(detail=20))))
    assert "10 → –" in next(line for line in told.splitlines() if line.lstrip().startswith("search"))


def test_one_alone_is_a_row_for_each_endpoint_and_all_together() -> None:
    rows = [line.split()[0] for line in shown(listing(load(detail=100, search=50))).splitlines() if line.strip()]
    assert rows == ["endpoint", "detail", "search", "all"]
