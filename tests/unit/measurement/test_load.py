"""What a load of an experiment is."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from faulty import experiment as faults
from recorded import experiment

from scalebed.experiment.faults import CLIENT_PATIENCE_S
from scalebed.measurement.load import GRACE_S, MOST_VUS, load_of, most_vus, vus_of_outage
from scalebed.measurement.timeline import Journeys


def own(folder: Path) -> dict[str, object]:
    (folder / "own.js").write_text("export default function () {}")
    return {"load": {"script": str(folder / "own.js")}}


@pytest.mark.parametrize("rate", [0.5, 5, 20, 100, 150])
def test_vus_hold_all_that_comes_until_clients_give_up(rate: float) -> None:
    """A Poisson stream hardly ever has more than four standard deviations above its mean in so long a time."""
    held = rate * CLIENT_PATIENCE_S
    assert vus_of_outage(rate) >= held + 4 * math.sqrt(held)


def test_vus_have_an_end() -> None:
    assert vus_of_outage(0) == 20
    assert vus_of_outage(500) == vus_of_outage(1e6) == MOST_VUS
    assert vus_of_outage(20) == math.ceil(20 * 10 + 13 * math.sqrt(20)) + 20


def test_a_journey_holds_its_vu_for_each_request_and_in_its_pauses() -> None:
    journeys = Journeys(10, 1000, requests=3, pause_s=2)
    assert vus_of_outage(10, journeys) == math.ceil(10 * (3 * 10 + 2) + 13 * math.sqrt(10)) + 20
    fewer = Journeys(10, 1000, requests=0.2, pause_s=0)
    assert vus_of_outage(10, fewer) == vus_of_outage(10)


def test_a_load_beside_faults_has_vus_for_an_outage_and_waits_as_long_as_a_client() -> None:
    spec = faults()
    load = load_of(spec, None, 20, duration_s=50, seed=3)
    assert (load.max_vus, load.grace_s) == (vus_of_outage(20), CLIENT_PATIENCE_S)
    assert (load.rate, load.duration_s, load.concurrency, load.writes) == (20, 50, None, False)
    assert load_of(faults(workload="ledger"), None, 20, duration_s=50, seed=3).writes
    warmup = load_of(spec, 8, 0.0, duration_s=5, seed=3)
    assert (warmup.max_vus, warmup.concurrency) == (8, 8)


def test_a_script_of_the_users_own_is_waited_for_as_long_as_anywhere(tmp_path: Path) -> None:
    load = load_of(faults(**own(tmp_path)), None, 20, duration_s=50, seed=3)
    assert (load.grace_s, load.journeys, load.max_vus) == (GRACE_S, True, vus_of_outage(20))


def test_other_kinds_have_as_many_vus_as_show_that_the_slo_is_broken() -> None:
    spec = experiment()
    load = load_of(spec, None, 20, duration_s=50, seed=3)
    assert (load.max_vus, load.grace_s) == (most_vus(20, spec.slo), GRACE_S)
    assert load.max_vus < vus_of_outage(20)
