"""What a run says of a service, as forecasts need it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded import trial
from synthetic import OPTIMIZED, two_variants

from scalebed.records.run_directory import RunDirectory, Trial
from scalebed.report.findings.analysis import analyse
from scalebed.report.findings.services import NoServiceError, cpu, service_of, starts_of


def test_it_is_what_was_measured(replicas: RunDirectory) -> None:
    analysis = analyse(replicas)
    found = service_of(replicas, analysis, "optimized", (5.0,))
    assert sorted(found.capacities) == [1, 2, 4]
    assert found.capacities[2] == next(cell.rate for cell in analysis.of("optimized") if cell.replicas == 2)
    assert found.cpu_s == pytest.approx(OPTIMIZED.cpu_ms / 1000, rel=0.1)
    assert (found.limit_cores, found.limit_ms, found.start_s) == (0.5, 1000, (5.0,))
    assert 0.3 <= found.full_at <= 1


@pytest.mark.parametrize("variant", [None, "nobody"])
def test_one_of_several_must_be_named(replicas: RunDirectory, variant: str | None) -> None:
    with pytest.raises(NoServiceError, match="has the variants naive, optimized: name one with --variant"):
        service_of(replicas, analyse(replicas), variant, (5.0,))


def test_the_only_one_needs_no_name(tmp_path: Path) -> None:
    run = two_variants(tmp_path, experiment={"variants": ["optimized"], "replicas": [1], "blocks": 1}).write()
    assert service_of(run, analyse(run), None, (5.0,)).name == "optimized"


class _Retold(RunDirectory):
    """The same run, whose trials say something else."""

    def __init__(self, directory: RunDirectory, **changes: object) -> None:
        super().__init__(directory.path)
        self._changes = changes

    def trials(self) -> Iterator[Trial]:
        return (trial.model_copy(update=self._changes) for trial in super().trials())


def test_without_cpu_there_is_nothing_that_an_autoscaler_goes_by(replicas: RunDirectory) -> None:
    with pytest.raises(NoServiceError, match="says nothing of the CPU that naive used"):
        service_of(_Retold(replicas, cpu_s_per_request={}), analyse(replicas), "naive", (5.0,))


def _at(rate: float, cores: float, replicas: int = 1) -> Trial:
    used = {"service": cores / rate}
    return trial(replicas=replicas, rate_achieved=rate, cpu_s_per_request=used, cell=f"naive-x{replicas}")


def test_what_an_idle_replica_uses_is_told_only_by_loads_that_differ() -> None:
    """A millisecond an arrival and 20 millicores: seen from 10 to 100 a second, and not near capacity, where some
    chance would do for any of it."""
    wide = [_at(rate, 0.02 + 0.001 * rate) for rate in (10, 30, 100)]
    assert cpu(wide) == pytest.approx((0.001, 0.02))
    narrow = [_at(120, 0.115), _at(150, 0.134), _at(350, 0.395, 3), _at(396, 0.40, 3)]
    cpu_s, idle = cpu(narrow)
    assert idle == 0
    assert cpu_s == pytest.approx(0.00099, rel=0.05)


def test_without_a_start_it_is_asked_for(replicas: RunDirectory) -> None:
    with pytest.raises(NoServiceError, match="name it, such as --start-up 5s"):
        service_of(replicas, analyse(replicas), "naive")


def test_starts_that_were_seen_are_taken_once_a_deployment(replicas: RunDirectory) -> None:
    found = service_of(_Retold(replicas, start_up_s=(4.0, 6.0)), analyse(replicas), "naive")
    deployments = {(each.cell, each.block) for each in replicas.trials() if each.variant == "naive"}
    assert found.start_s == (4.0, 6.0) * len(deployments)


def test_a_capacity_between_planned_rates_is_the_middle_of_the_two(tmp_path: Path) -> None:
    """One block has no interval, and the next rate that was tried is all that is known above."""
    around = {"around": {"optimized-x1": 500}}
    keys = {"variants": ["optimized"], "replicas": [1], "blocks": 1, "search": around}
    run = two_variants(tmp_path, experiment=keys).write()
    (repetition,) = run.repetitions()
    assert repetition.capacity is not None
    assert repetition.upper is not None
    found = service_of(run, analyse(run), None, (5.0,)).capacities[1]
    assert found.lower == pytest.approx(repetition.capacity)
    assert found.upper == pytest.approx(repetition.upper)
    assert found.estimate == pytest.approx((repetition.capacity * repetition.upper) ** 0.5)


def test_an_older_run_says_nothing_of_starts() -> None:
    assert starts_of([trial()]) == ()
    assert Trial.model_validate_json(trial().model_dump_json(exclude={"start_up_s"})).start_up_s == ()
