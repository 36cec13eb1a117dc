"""What a run says of a service, as forecasts need it."""

from __future__ import annotations

from pathlib import Path

import pytest
from recorded import trial
from synthetic import OPTIMIZED, two_variants

from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.services import NoServiceError, service_of, starts_of


def test_it_is_what_was_measured(replicas: RunDirectory) -> None:
    analysis, trials = analyse(replicas), list(replicas.trials())
    found = service_of(analysis, trials, "optimized", (5.0,))
    assert sorted(found.capacities) == [1, 2, 4]
    assert found.capacities[2] == next(cell.rate for cell in analysis.of("optimized") if cell.replicas == 2)
    assert found.cpu_s == pytest.approx(OPTIMIZED.cpu_ms / 1000, rel=0.1)
    assert (found.limit_cores, found.limit_ms, found.start_s) == (0.5, 1000, (5.0,))
    assert 0.3 <= found.full_at <= 1


@pytest.mark.parametrize("variant", [None, "nobody"])
def test_one_of_several_must_be_named(replicas: RunDirectory, variant: str | None) -> None:
    with pytest.raises(NoServiceError, match="has the variants naive, optimized: name one with --variant"):
        service_of(analyse(replicas), replicas.trials(), variant, (5.0,))


def test_the_only_one_needs_no_name(tmp_path: Path) -> None:
    run = two_variants(tmp_path, experiment={"variants": ["optimized"], "replicas": [1], "blocks": 1}).write()
    assert service_of(analyse(run), run.trials(), None, (5.0,)).name == "optimized"


def test_without_cpu_there_is_nothing_that_an_autoscaler_goes_by(replicas: RunDirectory) -> None:
    blind = [each.model_copy(update={"cpu_s_per_request": {}}) for each in replicas.trials()]
    with pytest.raises(NoServiceError, match="says nothing of the CPU that naive used"):
        service_of(analyse(replicas), blind, "naive", (5.0,))


def test_without_a_start_it_is_asked_for(replicas: RunDirectory) -> None:
    with pytest.raises(NoServiceError, match="name it, such as --start-up 5s"):
        service_of(analyse(replicas), replicas.trials(), "naive")


def test_starts_that_were_seen_are_taken_once_a_deployment(replicas: RunDirectory) -> None:
    seen = [each.model_copy(update={"start_up_s": (4.0, 6.0)}) for each in replicas.trials()]
    found = service_of(analyse(replicas), seen, "naive")
    deployments = {(each.cell, each.block) for each in seen if each.variant == "naive"}
    assert found.start_s == (4.0, 6.0) * len(deployments)


def test_an_older_run_says_nothing_of_starts() -> None:
    assert starts_of([trial()]) == ()
    assert Trial.model_validate_json(trial().model_dump_json(exclude={"start_up_s"})).start_up_s == ()
